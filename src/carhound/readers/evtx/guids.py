"""GUIDs in braces, as Windows and every shape but the EVTX parser's write them."""

from typing import Any

from carhound.model.event import Fields, Value

_NAMES = ("Guid", "GUID", "ActivityID")
_LENGTH = 36


def names_guid(name: str) -> bool:
    """Whether a field of this name holds a GUID."""
    return name.endswith(_NAMES)


def with_braces(fields: Fields) -> Fields:
    """The fields with their GUIDs in braces, which the parser leaves off; the same where it has none."""
    guids = {name: braced(value) for name, value in fields.items() if name.endswith(_NAMES)}
    return {**fields, **guids} if guids else fields


def braced(value: Value) -> Value:
    """A value in braces where it is a GUID without any."""
    return f"{{{value}}}" if len(value) == _LENGTH and _is_guid(value) else value


def _is_guid(value: Any) -> bool:
    return isinstance(value, str) and value[8] == value[13] == value[18] == value[23] == "-"
