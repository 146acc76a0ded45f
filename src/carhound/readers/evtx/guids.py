"""GUIDs in braces, as Windows and every shape but the EVTX parser's write them."""

from typing import Any

from carhound.model.event import Value

_NAMES = ("Guid", "GUID", "ActivityID")
_LENGTH = 36


def names_guid(name: str) -> bool:
    """Whether a field of this name holds a GUID."""
    return name.endswith(_NAMES)


def restore_braces(fields: dict[str, Value]) -> None:
    """Puts GUIDs into braces; the parser leaves them off."""
    for name, value in fields.items():
        if len(value) == _LENGTH and name.endswith(_NAMES):
            fields[name] = braced(value)


def braced(value: Value) -> Value:
    """A value in braces where it is a GUID without any."""
    return f"{{{value}}}" if len(value) == _LENGTH and _is_guid(value) else value


def _is_guid(value: Any) -> bool:
    return isinstance(value, str) and value[8] == value[13] == value[18] == value[23] == "-"
