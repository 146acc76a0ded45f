"""What a lake is asked again and again, named so that the answer is found when it is asked once more."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import product

from msgspec import Struct
from msgspec.structs import astuple

from carhound.engines.interpreter.rows import Row, getter, texts
from carhound.model.event import Event
from carhound.model.folding import fold
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Dedup, Fields, Node, SubsearchFilter, Table, chain
from carhound.plan.predicates import Field
from carhound.plan.stems import Stem, stems

_READING = 1
"""Goes up when the same plan comes to mean something else."""


class Matching(Struct, frozen=True, dict=True):
    """The events a stem lets through, whatever their time, and the fields that make them new or known."""

    stem: Stem
    key: tuple[Field, ...]

    @cached_property
    def name(self) -> str:
        """The same for the same question, wherever it stands in a text."""
        scan = self.stem.scan
        return _name("match", scan.dataset, scan.kinds, self.stem.conditions, self.key)


class Eligible(Struct, frozen=True):
    """The events of the kinds that a stem looks at."""

    stem: Stem

    @property
    def name(self) -> str:
        """The same for all stems that look at the same kinds."""
        ids = self.stem.event_ids()
        scan = self.stem.scan
        return _name("eligible", scan.dataset, scan.kinds, None if ids is None else tuple(sorted(ids)))


class Keyed(Struct, frozen=True):
    """A subsearch that says which keys are known: `stem | dedup KEY | fields KEY`."""

    stem: Stem
    key: tuple[Field, ...]


def keyed_subsearches(plan: Node) -> dict[int, Keyed]:
    """By id() of the top node of its stem, each subsearch that only asks whether a key is known.

    Of these it is enough to look up the keys of the events in question: what else is known is all the same.
    """
    found: dict[int, Keyed] = {}
    main = stems(plan)[0]
    for node in chain(plan):
        if isinstance(node, SubsearchFilter) and node.input is main.node:
            keyed = _keyed(node.subsearch)
            if keyed is not None and all(field.view == node.view for field in keyed.key):
                found[id(keyed.stem.node)] = keyed
    return found


def _keyed(subsearch: Node) -> Keyed | None:
    node = subsearch
    if not isinstance(node, Fields | Table) or (isinstance(node, Fields) and node.remove):
        return None
    view = node.view if isinstance(node, Fields) else "native"
    wanted = {Field(name, view) for name in node.names if not name.startswith("_")}
    node = node.input
    # What `dedup` looks at must be what is asked: a row that lacks any of it is dropped.
    if not isinstance(node, Dedup) or not wanted or wanted != set(node.fields) or _wild(wanted):
        return None
    (stem, *others) = stems(node)
    if others or node.input is not stem.node:
        return None
    return Keyed(stem, tuple(sorted(wanted, key=lambda field: field.name)))


def _wild(fields: Iterable[Field]) -> bool:
    return any("*" in field.name for field in fields)


def known_key(event: Event, key: tuple[Field, ...]) -> tuple[str | None, bool]:
    """What an event makes known: its key, and whether others match it as a pattern.

    No key where the event lacks a part of it.
    """
    row = Row(event)
    values = [texts(getter(field)(row)) for field in key]
    if not values or not all(values):
        return None, False
    wild = any(len(found) > 1 or "*" in found[0] for found in values)
    return _key(tuple("; ".join(found) for found in values)), wild


def asked_keys(event: Event, key: tuple[Field, ...]) -> Iterator[str]:
    """The keys by which an event would be known."""
    row = Row(event)
    for values in product(*(texts(getter(field)(row)) for field in key)):
        yield _key(values)


def _key(values: tuple[str, ...]) -> str:
    text = "\n".join(f"{len(value)} {value}" for value in map(fold, values))
    return text.encode("utf-8", "backslashreplace").decode()


def _name(kind: str, *parts: object) -> str:
    digest = hashlib.sha256(repr([_READING, *map(_essence, parts)]).encode("utf-8", "backslashreplace"))
    return f"{kind} {digest.hexdigest()}"


def _essence(value: object) -> object:
    """A part of a plan without what does not matter to its meaning: where it stands in a text."""
    if isinstance(value, Struct):
        parts = value.said() if isinstance(value, Spanned) else astuple(value)
        return (type(value).__name__, *map(_essence, parts))
    if isinstance(value, tuple):
        return tuple(map(_essence, value))
    return value
