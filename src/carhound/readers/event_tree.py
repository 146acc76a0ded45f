"""The XML tree of a Windows event as JSON writers render it: `{"Event": {"System": …, "EventData": …}}`.

Writers differ in how they spell attributes (`#attributes`, `@Name`, plain names, `Provider_attributes`) and
`Data` (an object, a list of {Name, text}); all are read here. Tree: the Windows event schema, EventType.
"""

from collections.abc import Iterable
from typing import Any

from carhound.model.event import RawEvent, Value
from carhound.readers.notes import Notes
from carhound.readers.times import event_time
from carhound.readers.values import header_text, one_text, put, text_of

_TEXTS = ("#text", "text", "$", "_")
_NAMES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Provider", (("Guid", "ProviderGuid"), ("EventSourceName", "EventSourceName"))),
    ("EventID", (("Qualifiers", "Qualifiers"),)),
    ("TimeCreated", (("SystemTime", "SystemTime"),)),
    ("Correlation", (("ActivityID", "System_ActivityID"), ("RelatedActivityID", "System_RelatedActivityID"))),
    (
        "Execution",
        (
            ("ProcessID", "System_ProcessID"),
            ("ThreadID", "System_ThreadID"),
            ("ProcessorID", "System_ProcessorID"),
            ("KernelTime", "System_KernelTime"),
            ("UserTime", "System_UserTime"),
        ),
    ),
    ("Security", (("UserID", "System_UserID"),)),
)
"""Element of System -> its attributes and our names for them."""
_ATTRIBUTES = tuple(
    (element, tuple((name, f"@{name}", ours) for name, ours in names)) for element, names in _NAMES
)
_ELEMENTS = ("Version", "Level", "Task", "Opcode", "Keywords")
NO_FIELDS = frozenset({"", "Name", "xmlns", "#attributes", "@attributes"})
"""Names in EventData that stand for no field, or not always; those that begin with @ do not either."""
_PARTS = frozenset({"System", "EventData", "UserData", "#attributes", "xmlns"})
_PLAIN_PARTS = _PARTS - {"UserData"}

SYSTEM_FIELDS = frozenset(
    (
        *_ELEMENTS,
        *(ours for _, names in _NAMES for _, ours in names),
        "EventData_Name",
        "EventRecordID",
        "_time",
    )
)
"""What a tree of plain fields tells beside its payload, what all events of a kind share left out."""


def tree_event(event: dict[str, Any], position: str, notes: Notes) -> RawEvent:
    """The raw event of one tree; `event` is what stands under "Event"."""
    system = event.get("System")
    if not isinstance(system, dict):
        system = {}
    meta: dict[str, Value] = {}
    _put_attributes(system, meta)
    for element in _ELEMENTS:
        if (text := _element(system.get(element))) is not None:
            meta[element] = text
    data: dict[str, Value] = {}
    if (event_data := event.get("EventData")) is not None:
        _event_data(event_data, data, meta)
    if (user_data := event.get("UserData")) is not None:
        _user_data(user_data, data, meta)
    for name, value in event.items():
        if name not in _PARTS and not name.startswith("@"):
            put(meta, name, text_of(value))
    return RawEvent(
        provider=header_text(_attribute(_attributes(system, "Provider"), "Name")),
        channel=header_text(_element(system.get("Channel"))),
        event_id=header_text(_element(system.get("EventID"))),
        computer=header_text(_element(system.get("Computer"))),
        record_id=header_text(_element(system.get("EventRecordID"))),
        time=event_time(notes, meta.get("SystemTime"), data.get("UtcTime"), None),
        data=data,
        meta=meta,
        position=position,
    )


def _put_attributes(system: dict[str, Any], meta: dict[str, Value]) -> None:
    for element, names in _ATTRIBUTES:
        if attributes := _attributes(system, element):
            for name, marked, ours in names:
                if (value := attributes.get(name)) is None and (value := attributes.get(marked)) is None:
                    continue
                if (text := value if type(value) is str else text_of(value)) is not None:
                    meta[ours] = text


def tree_payload(event: dict[str, Any]) -> dict[str, Value]:
    """The fields of the tree's EventData and UserData alone."""
    data: dict[str, Value] = {}
    meta: dict[str, Value] = {}
    if (event_data := event.get("EventData")) is not None:
        _event_data(event_data, data, meta)
    if (user_data := event.get("UserData")) is not None:
        _user_data(user_data, data, meta)
    return data


def plain_payload(event: Any, names: Iterable[str] | None) -> dict[str, Value] | None:
    """These fields of the payload of a tree, or all; None where it is not as plain as most are."""
    if not isinstance(event, dict) or not event.keys() <= _PLAIN_PARTS:
        return None
    event_data = event.get("EventData")
    if not isinstance(event_data, dict) or not NO_FIELDS.isdisjoint(event_data) or "Data" in event_data:
        return None
    data: dict[str, Value] = {}
    for name in event_data if names is None else names:
        if name[:1] == "@":
            continue
        value = event_data.get(name)
        if type(value) is str:
            data[name] = value
        elif type(value) is int:
            data[name] = str(value)
        elif value is not None:
            return None
    return data


def _attributes(system: dict[str, Any], element: str) -> dict[str, Any]:
    value = system.get(element)
    if type(value) is dict:
        inner = value.get("#attributes")
        return inner if type(inner) is dict else value
    value = system.get(element + "_attributes")
    return value if type(value) is dict else {}


def _attribute(attributes: dict[str, Any], name: str) -> Any:
    value = attributes.get(name)
    return attributes.get("@" + name) if value is None else value


def _element(value: Any) -> Value | None:
    """The text of an element, which is an object where the element has attributes."""
    if type(value) is int:
        return str(value)
    if isinstance(value, dict):
        for name in _TEXTS:
            if (text := value.get(name)) is not None:
                return text_of(text)
        return None
    return text_of(value)


def _event_data(event_data: Any, data: dict[str, Value], meta: dict[str, Value]) -> None:
    if not isinstance(event_data, dict):
        put(data, "Data", text_of(event_data))
        return
    for name, value in event_data.items():
        kind = type(value)
        if (kind is str or kind is int) and name not in NO_FIELDS and name[0] != "@":
            put(data, name, value if kind is str else str(value))
        elif name == "Data":
            _data(value, data)
        elif name in ("#attributes", "@attributes"):
            put(
                meta,
                "EventData_Name",
                _element(value.get("Name")) if isinstance(value, dict) else text_of(value),
            )
        elif name in ("@Name", "Name") and type(value) is str and "Data" in event_data:
            put(meta, "EventData_Name", value)
        elif name[0:1] != "@" and name != "xmlns":
            put(data, name, _element(value) if _is_element(value) else text_of(value))


def _data(value: Any, data: dict[str, Value]) -> None:
    """`Data`: one element, several, or an object of names and values."""
    if isinstance(value, list):
        for item in value:
            _data(item, data)
    elif not isinstance(value, dict):
        put(data, "Data", text_of(value))
    elif _is_element(value) or "@Name" in value:
        attributes = value.get("#attributes")
        name = _attribute(attributes if isinstance(attributes, dict) else value, "Name")
        text = _element(value)
        put(data, name if isinstance(name, str) and name else "Data", text)
    else:
        for name, one in value.items():
            put(data, name, _element(one) if _is_element(one) else text_of(one))


def _is_element(value: Any) -> bool:
    """Whether an object stands for an XML element: it has a text, attributes, or nothing but a name."""
    return isinstance(value, dict) and (
        "#attributes" in value or any(name in value for name in _TEXTS) or value.keys() == {"Name"}
    )


def _user_data(user_data: Any, data: dict[str, Value], meta: dict[str, Value]) -> None:
    """UserData holds one element of the provider's own; its children are the fields."""
    if not isinstance(user_data, dict):
        put(data, "UserData", text_of(user_data))
        return
    for name, value in user_data.items():
        if name.startswith(("@", "#")) or name == "xmlns":
            continue
        if not isinstance(value, dict):
            put(data, name, text_of(value))
            continue
        put(meta, "UserData_Name", name)
        for field, one in value.items():
            if field == "#attributes" and isinstance(one, dict):
                for attribute, text in one.items():
                    if not attribute.startswith("xmlns"):
                        put(data, attribute, text_of(text))
            elif not field.startswith(("@", "xmlns")):
                put(data, field, _field(one))


def _field(value: Any) -> Value | None:
    """A field below UserData; an element that carries only attributes or children stays JSON."""
    if isinstance(value, dict):
        text = _element(value)
        return text if text is not None else one_text(value)
    return text_of(value)
