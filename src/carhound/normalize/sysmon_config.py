"""Reads a Sysmon configuration file (schema 3 to 4.90)."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal
from xml.parsers import expat

from msgspec import Struct, field

from carhound.errors import DocumentError
from carhound.normalize.sysmon_rules import (
    CONDITIONS,
    CompoundRule,
    EventFilter,
    FieldRule,
    FilterSet,
    Relation,
)

_LARGEST = 16 << 20
_MOST_ELEMENTS = 200_000
_DEEPEST = 16
_OLD = (4, 10)
"""Up to this schema, rules on different fields are alternatives where no RuleGroup says otherwise."""


class EventTag(Struct, frozen=True):
    """An event that can be filtered."""

    tag: str
    default: Literal["on", "off", "unknown"]
    """What happens to it where there is no filter."""


class SysmonConfig(Struct, frozen=True):
    """A configuration."""

    path: str
    schema: str | None
    filters: dict[str, FilterSet]
    """By tag; a tag without a filter is not in it."""
    remarks: tuple[str, ...]
    """What cannot be judged, for people."""


@cache
def event_tags() -> dict[str, EventTag]:
    """By event id, the events that a configuration filters."""
    import yaml

    text = Path(__file__).with_name("sysmon_events.yaml").read_bytes()
    return {str(number): EventTag(**entry) for number, entry in yaml.safe_load(text).items()}


def read_config(path: str) -> SysmonConfig:
    """Reads a file. Raises DocumentError where it cannot be read, or is no configuration."""
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as problem:
        raise DocumentError(
            f"{path}: cannot be read: {problem.strerror or problem}", hint="give a Sysmon configuration"
        ) from problem
    if len(data) > _LARGEST:
        raise DocumentError(f"{path}: is larger than {_LARGEST >> 20} MB", hint="give a Sysmon configuration")
    root = _parse(path, data)
    if root.name != "Sysmon":
        raise DocumentError(
            f"{path}: line {root.line}: begins with <{root.name}>",
            hint="a Sysmon configuration begins with <Sysmon schemaversion=…>; 'sysmon -c' prints the active "
            "one as text, which is not read",
        )
    schema = root.attributes.get("schemaversion")
    reader = _Reader(path, _version(schema))
    filters: dict[str, list[EventFilter]] = {}
    for part in root.children:
        if part.name == "EventFiltering":
            for one in reader.filters(part):
                filters.setdefault(one.tag, []).append(one)
    sets = {tag: FilterSet(tuple(found)) for tag, found in filters.items()}
    return SysmonConfig(path, schema, sets, tuple(dict.fromkeys(_remarks(sets))))


def _remarks(sets: dict[str, FilterSet]) -> Iterator[str]:
    for found in sets.values():
        for one in found.filters:
            rules = [
                rule
                for each in one.rules
                for rule in (each.rules if isinstance(each, CompoundRule) else [each])
            ]
            for rule in rules:
                if rule.unknown_variable:
                    yield f"line {one.line}: {rule}: holds for no event here, for the variable is not known"


class _Element(Struct):
    name: str
    attributes: dict[str, str]
    line: int
    children: "list[_Element]" = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def _parse(path: str, data: bytes) -> _Element:
    """The tree of an XML text.

    A document type declaration is refused, so that there are no entities to expand or files to fetch.
    """
    parser = expat.ParserCreate()
    top = _Element("", {}, 0)
    open_ones = [top]
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > _MOST_ELEMENTS or len(open_ones) > _DEEPEST:
            raise _refused(path, parser.CurrentLineNumber, "has too many elements, or too deep ones")
        one = _Element(name, attributes, parser.CurrentLineNumber)
        open_ones[-1].children.append(one)
        open_ones.append(one)

    def end(_name: str) -> None:
        open_ones.pop()

    def text(more: str) -> None:
        open_ones[-1].texts.append(more)

    def declaration(*_: object) -> None:
        raise _refused(path, parser.CurrentLineNumber, "has a document type declaration, which is not read")

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = declaration
    try:
        parser.Parse(data, True)
    except expat.ExpatError as problem:
        message = expat.ErrorString(problem.code)
        raise DocumentError(
            f"{path}: line {problem.lineno}: is no XML: {message}", hint="give a Sysmon configuration"
        ) from problem
    except (ValueError, LookupError) as problem:  # an encoding that Python does not have
        raise DocumentError(f"{path}: is no XML: {problem}", hint="save it as UTF-8") from problem
    return top.children[0]


def _refused(path: str, line: int, what: str) -> DocumentError:
    return DocumentError(f"{path}: line {line}: {what}", hint="give a Sysmon configuration")


def _version(schema: str | None) -> tuple[int, int] | None:
    found = re.fullmatch(r"\s*(\d{1,4})\.(\d{1,4})\s*", schema or "", re.ASCII)
    # 4.1 and 4.10 are one version, as in a decimal number.
    return None if found is None else (int(found[1]), int(found[2].ljust(2, "0")))


class _Reader(Struct, frozen=True):
    path: str
    version: tuple[int, int] | None

    @property
    def relation(self) -> Relation:
        """How rules are combined where nothing says how."""
        return "or" if self.version is not None and self.version <= _OLD else "and"

    def filters(self, part: _Element) -> Iterator[EventFilter]:
        for one in part.children:
            if one.name.lower() == "rulegroup":
                relation = self._relation(one, self.relation)
                for inner in one.children:
                    yield self._filter(inner, relation)
            else:
                yield self._filter(one, self.relation)

    def _filter(self, element: _Element, relation: Relation) -> EventFilter:
        tag = _tag(element.name)
        if tag is None:
            raise self._error(element, f"<{element.name}> is no event of Sysmon")
        onmatch = element.attributes.get("onmatch", "").lower()
        if not onmatch:  # older schemas say what happens to the rest
            other = element.attributes.get("default", "").lower()
            onmatch = {"include": "exclude", "exclude": "include"}.get(other, other)
        if onmatch not in ("include", "exclude"):
            raise self._error(element, f"<{element.name}> says neither onmatch=include nor onmatch=exclude")
        rules = tuple(self._rule(child) for child in element.children)
        kept = tuple(rule for rule in rules if isinstance(rule, FieldRule) or rule.rules)
        return EventFilter(
            tag, "include" if onmatch == "include" else "exclude", relation, kept, element.line
        )

    def _rule(self, element: _Element) -> FieldRule | CompoundRule:
        if element.name.lower() == "rule":
            inner = tuple(self._field(child) for child in element.children)
            return CompoundRule(self._relation(element, "and"), inner)
        return self._field(element)

    def _field(self, element: _Element) -> FieldRule:
        condition = element.attributes.get("condition", "is").lower()
        if condition not in CONDITIONS:
            raise self._error(element, f"no condition is called {condition!r}")
        return FieldRule(element.name, condition, "".join(element.texts))

    def _relation(self, element: _Element, otherwise: Relation) -> Relation:
        given = element.attributes.get("groupRelation")
        if given is None or given == "":
            return otherwise
        match given.lower():
            case "or":
                return "or"
            case "and":
                return "and"
            case _:
                raise self._error(element, f"groupRelation is {given!r}, not and or or")

    def _error(self, element: _Element, what: str) -> DocumentError:
        return DocumentError(
            f"{self.path}: line {element.line}: {what}", hint="Sysmon would not load it either: mend it first"
        )


def _tag(name: str) -> str | None:
    """The tag as the table spells it; DNSQuery is written in two ways."""
    return next((one.tag for one in event_tags().values() if one.tag.lower() == name.lower()), None)
