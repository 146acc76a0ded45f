"""Sensor mappings, read from `sensors/*.yaml`: what an event is in terms of the CAR data model."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from carhound.model.event import Event, Fields, RawEvent, Value
from carhound.normalize.derivations import Source, copied_field, native_fields, source

SENSORS = ("sysmon", "security")
"""The mappings there are, by file name."""

_FOLDER = Path(__file__).parent / "sensors"


class Action(Struct, frozen=True):
    """An action, and the values of a field it is bound to; None among them stands for no such field."""

    kind: tuple[str, str]
    field: str | None = None
    values: frozenset[str | None] = frozenset()


class EventMapping(Struct, frozen=True):
    """One event id of a sensor."""

    actions: tuple[Action, ...]
    key: tuple[str, ...]
    fields: Mapping[str, Source]
    """By CAR field, what it is made by."""
    always: tuple[tuple[str, str], ...] | None
    """Its kinds, where they do not depend on the event."""
    sources: Mapping[str, tuple[str, ...]]
    """By CAR field, the native fields it is made of."""
    copies: Mapping[str, tuple[str, ...]]
    """By native field, the CAR fields that take its value over as it is."""
    place: tuple[str, str]
    """The name of the sensor's mapping, and the event id."""

    def __reduce__(self) -> tuple[Callable[[str, str], "EventMapping"], tuple[str, str]]:
        """For another process, which has the same mappings."""
        return event_mapping, self.place

    def kinds(self, raw: RawEvent) -> tuple[tuple[str, str], ...]:
        """The (object, action) pairs of one event."""
        if self.always is not None:
            return self.always
        return tuple(
            action.kind
            for action in self.actions
            if action.field is None or _plain(raw.data.get(action.field)) in action.values
        )

    def binding(self) -> tuple[str, frozenset[str | None]] | None:
        """A field and its values, None for no such field, with which an event is of all kinds there are.

        None where there are no such values.
        """
        bound = {action.field: action.values for action in self.actions if action.field is not None}
        if len(bound) != 1:
            return None
        ((name, _),) = bound.items()
        values = frozenset.intersection(*(one.values for one in self.actions if one.field is not None))
        return (name, values) if values else None

    def derive(self, event: Event) -> Fields:
        """The event in CAR's names; what is not there is left out."""
        return _CarView(event, self.fields)


class _CarView(Mapping[str, Value]):
    """The CAR fields of an event, each made when it is first asked for."""

    __slots__ = ("_event", "_fields", "_made")

    def __init__(self, event: Event, fields: Mapping[str, Source]) -> None:
        self._event = event
        self._fields = fields
        self._made: dict[str, Value | None] = {}

    def __getitem__(self, name: str) -> Value:
        value = self._value(name)
        if value is None:
            raise KeyError(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        """Without an error on the way: most fields are asked for where they are not there."""
        value = self._value(name)
        return default if value is None else value

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._fields if self._value(name) is not None)

    def _value(self, name: str) -> Value | None:
        if name not in self._made:
            take = self._fields.get(name)
            self._made[name] = None if take is None else take(self._event)
        return self._made[name]

    def __len__(self) -> int:
        return sum(1 for _ in self)


class SensorMapping(Struct, frozen=True):
    """A sensor: whose events it maps, and how."""

    provider: str
    channel: str
    events: dict[str, EventMapping]
    """By event id."""

    def holds(self, provider: str | None, channel: str | None) -> bool:
        """Whether the events of a provider are the sensor's; without one the channel decides."""
        if provider is not None:
            return provider.lower() == self.provider.lower()
        return channel is not None and channel.lower() == self.channel.lower()


@cache
def sensor(name: str) -> SensorMapping:
    """The mapping of this name, read once."""
    text = (_FOLDER / f"{name}.yaml").read_bytes()
    return read_mapping(text, name)


def event_mapping(name: str, event_id: str) -> EventMapping:
    """What the mapping of a sensor says of one event id. Raises KeyError where it says nothing."""
    return sensor(name).events[event_id]


def sensor_of(provider: str | None, channel: str | None) -> SensorMapping | None:
    """The sensor that wrote the events of a provider or channel; None where it is not mapped."""
    return next((one for one in map(sensor, SENSORS) if one.holds(provider, channel)), None)


def read_mapping(text: bytes, name: str) -> SensorMapping:
    """Reads the mapping of this name.

    Raises:
        ValueError, KeyError: it is not one.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    tree: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506  # both are safe loaders
    common: dict[str, str] = tree.get("common", {})
    events = {
        str(number): _event_mapping(event, common, (name, str(number)))
        for number, event in tree["events"].items()
    }
    return SensorMapping(tree["provider"], tree["channel"], events)


def _event_mapping(event: dict[str, Any], common: dict[str, str], place: tuple[str, str]) -> EventMapping:
    actions = tuple(_action(event["object"], action) for action in event["actions"])
    texts = {**common, **event["fields"]}
    fields = {name: source(text) for name, text in texts.items()}
    sources = {name: native_fields(text) for name, text in texts.items()}
    copies: dict[str, tuple[str, ...]] = {}
    for name, text in texts.items():
        if (native := copied_field(text)) is not None:
            copies[native] = (*copies.get(native, ()), name)
    bound = any(action.field is not None for action in actions)
    always = None if bound else tuple(action.kind for action in actions)
    return EventMapping(actions, tuple(event.get("key", ())), fields, always, sources, copies, place)


def _action(car_object: str, action: dict[str, Any]) -> Action:
    kind = (car_object, action["action"])
    for field, values in action.get("when", {}).items():
        return Action(kind, field, frozenset(values))
    return Action(kind)


def _plain(value: object) -> str | None:
    return value if isinstance(value, str) else None
