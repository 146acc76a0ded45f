"""Mapping files: a caller's own column names, read from YAML and checked before any evidence is read.

The form is described in docs/how-to/map-your-own-columns.md.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from pathlib import Path

from carhound.analytics.document import read_document
from carhound.analytics.yaml_tree import Node, compose
from carhound.errors import DocumentError
from carhound.model.folding import fold
from carhound.model.suggestion import nearest
from carhound.normalize.mapping import SENSORS, sensor
from carhound.pipeline.sight.native_names import CAR_NAMES, NATIVE_NAMES
from carhound.readers.tables.column_mapping import ColumnMapping, Taken, TimeTaken

_KEYS = ("when", "provider", "channel", "event_id", "computer", "record_id", "time", "fields")
_CONSTANT_IF_PLAIN = frozenset({"provider", "channel", "event_id"})
"""Parts for which a plain text is the value itself; for the others it is a column."""
_TAKEN_KEYS = ("column", "constant", "values")
_TIME_KEYS = ("column", "format", "zone")
_NATIVE_FOLDED = {fold(name): name for name in NATIVE_NAMES}
_FORMATS = ("iso", "epoch", "epoch-ms", "filetime")
_HOW_TO = (
    "docs/how-to/map-your-own-columns.md shows the form, carhound mapping SAMPLE writes one to start from"
)


def read_mappings(paths: tuple[str, ...]) -> tuple[ColumnMapping, ...]:
    """The mappings in these files, in their order. Raises DocumentError."""
    return tuple(mapping for path in paths for mapping in _read(path))


def _read(path: str) -> list[ColumnMapping]:
    document = read_document(Path(path), path)
    root = compose(document)
    if root is None:
        raise document.error("an empty mapping", hint=_HOW_TO)
    several = root.items()
    return [_mapping(one, path) for one in ([root] if several is None else several)]


def _mapping(root: Node, path: str) -> ColumnMapping:
    entries = _entries(root, _KEYS, "a mapping")
    if "fields" not in entries:
        raise _error(root, "no fields are mapped", "write fields: and below it lines like Image: your_column")
    fields = _fields(entries["fields"])
    parts = {name: _taken(name, entries.get(name)) for name in _KEYS[1:6]}
    time = _time(entries["time"]) if "time" in entries else None
    when = _when(entries["when"]) if "when" in entries else frozenset(column for _, column in fields)
    return ColumnMapping(
        path,
        when,
        fields,
        parts["provider"],
        parts["channel"],
        parts["event_id"],
        parts["computer"],
        parts["record_id"],
        time,
    )


def _fields(node: Node) -> tuple[tuple[str, str], ...]:
    if node.entries() is None:
        raise _error(node, "fields is no list of names", "write Image: your_column below it, one to a line")
    fields: dict[str, str] = {}
    for key, value in node.pairs():
        name = _text(key, "the name of a field")
        if name in fields:
            raise _error(key, f"{name} is mapped twice", "take one of the two out")
        if name not in NATIVE_NAMES:
            if meant := CAR_NAMES.get(fold(name)):
                raise _error(key, f"{name} is a name of CAR's", f"fields take native names: {meant}")
            if meant := _NATIVE_FOLDED.get(fold(name)):
                raise _error(key, f"no native field is called {name}: letter case counts", f"write {meant}")
        fields[name] = _text(value, f"the column of {name}")
    if not fields:
        raise _error(node, "no fields are mapped", _HOW_TO)
    return tuple(fields.items())


def _taken(name: str, node: Node | None) -> Taken:
    if node is None:
        return Taken()
    if (plain := node.text()) is not None:
        taken = Taken(constant=plain) if name in _CONSTANT_IF_PLAIN else Taken(column=plain)
    else:
        entries = _entries(node, _TAKEN_KEYS, name)
        if ("column" in entries) is ("constant" in entries):
            raise _error(node, f"{name} is neither a column nor a constant", "give one of the two")
        if "constant" in entries:
            taken = Taken(constant=_text(entries["constant"], f"the constant of {name}"))
        else:
            values = _values(entries["values"]) if "values" in entries else {}
            taken = Taken(column=_text(entries["column"], f"the column of {name}"), values=values)
    if name == "provider" and taken.constant is not None:
        _known_provider(node, taken.constant)
    return taken


def _known_provider(node: Node, name: str) -> None:
    """Rejects a short name; any other provider may be meant, if only for a search."""
    for one in SENSORS:
        provider = sensor(one).provider
        if fold(name) != fold(provider) and fold(name) in (one, fold(provider).removeprefix("microsoft-")):
            raise _error(node, f"no provider is called {name}", f"write {provider}")


def _values(node: Node) -> Mapping[str, str]:
    if node.entries() is None:
        raise _error(node, "values is no list of values", "write your_value: 1 below it, one to a line")
    return {fold(_text(key, "a value")): _text(value, "what a value means") for key, value in node.pairs()}


def _time(node: Node) -> TimeTaken:
    if (plain := node.text()) is not None:
        return TimeTaken(plain)
    entries = _entries(node, _TIME_KEYS, "time")
    if "column" not in entries:
        raise _error(node, "time has no column", "write column: your_column below it")
    form = _text(entries["format"], "the format of time") if "format" in entries else "iso"
    if form not in _FORMATS and not _is_pattern(form):
        hint = f"write {', '.join(_FORMATS)}, or a pattern like %d.%m.%Y %H:%M:%S"
        raise _error(entries["format"], f"no format of time: {form}", hint)
    zone = _zone(entries["zone"]) if "zone" in entries else None
    return TimeTaken(_text(entries["column"], "the column of time"), form, zone)


def _is_pattern(form: str) -> bool:
    moment = datetime(2024, 6, 14, 12, 30, 15)
    try:
        return "%" in form and datetime.strptime(moment.strftime(form), form).year == moment.year
    except ValueError:
        return False


def _zone(node: Node) -> tzinfo:
    from zoneinfo import ZoneInfo

    name = _text(node, "the zone of time")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise _error(node, f"no time zone is called {name}", "write it like Europe/Berlin or UTC") from None


def _when(node: Node) -> frozenset[str]:
    items = node.items()
    if not items:
        raise _error(node, "when is no list of columns", "write - your_column below it, one to a line")
    return frozenset(_text(item, "a column of when") for item in items)


def _entries(node: Node, known: tuple[str, ...], what: str) -> dict[str, Node]:
    entries = node.entries()
    if entries is None:
        raise _error(node, f"{what} is not written as names and values", _HOW_TO)
    for key, _ in node.pairs():
        name = key.text()
        if name not in known:
            near = nearest(name or "", known)
            hint = f"did you mean {near}?" if near else f"there is {', '.join(known)}"
            raise _error(key, f"{what} has no part called {name}", hint)
    return entries


def _text(node: Node, what: str) -> str:
    text = node.text()
    if not text:
        raise _error(node, f"{what} is not a text", "write one, in quotes where it holds : or #")
    return text


def _error(node: Node, problem: str, hint: str) -> DocumentError:
    return node.document.error(problem, at=node.span.start, hint=hint)
