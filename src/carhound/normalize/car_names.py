"""From native field names to CAR's, where a sensor mapping takes the one over from the other as it is."""

from collections.abc import Iterable

from carhound.normalize.mapping import SENSORS, EventMapping, sensor

Kind = tuple[str, str]


def car_name(native: str, kinds: Iterable[Kind] | None) -> str | None:
    """The CAR field that holds the value of a native field, for events of these kinds (None: of any).

    None where there is no such field, or not the same for all of the events.
    """
    names = {
        name
        for mapping in _mappings(None if kinds is None else frozenset(kinds))
        for name in mapping.copies.get(native, ())
    }
    return names.pop() if len(names) == 1 else None


def _mappings(kinds: frozenset[Kind] | None) -> list[EventMapping]:
    return [
        mapping
        for name in SENSORS
        for mapping in sensor(name).events.values()
        if kinds is None or any(action.kind in kinds for action in mapping.actions)
    ]
