"""The rendered message of a Sysmon event: a title, then one `Name: value` line per field, in its order."""

from carhound.model.event import Value
from carhound.readers.sysmon_names import SYSMON_FIELDS


def sysmon_message_fields(text: str) -> dict[str, Value]:
    """The fields of a message. A line that begins with no field's name goes on with the value above it.

    A name met again is text of the value above it: Sysmon writes each field once.
    """
    fields: dict[str, Value] = {}
    values: dict[str, list[str]] = {}
    name: str | None = None
    for line in text.splitlines():
        before, colon, after = line.strip().partition(":")
        if colon and before in SYSMON_FIELDS and before not in values:
            name = before
            values[name] = [after.removeprefix(" ")]
        elif name is not None:
            values[name].append(line)
    for one, lines in values.items():
        if value := "\n".join(lines).rstrip("\n"):
            fields[one] = value
    return fields
