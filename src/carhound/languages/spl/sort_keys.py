"""The keys of `sort`, and of `dedup` with `sortby`. Splunk's Search Reference, "sort"."""

from collections.abc import Iterable
from typing import cast, get_args

from msgspec import Struct

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.words import Word, read_word, show_name, take_keyword
from carhound.model.suggestion import nearest
from carhound.plan.nodes import SortKey, SortKind
from carhound.plan.predicates import Field

_KINDS = get_args(SortKind)


class Key(Struct, frozen=True):
    """`+name`, `-name`, or `-num(name)`."""

    name: Word
    descending: bool = False
    kind: SortKind = "auto"

    def lower(self) -> SortKey:
        """The key of the plan."""
        return SortKey(Field(self.name.text), self.descending, self.kind)

    def show(self) -> str:
        """Text that parses to the same key."""
        name = show_name(self.name.text)
        return ("-" if self.descending else "+") + (name if self.kind == "auto" else f"{self.kind}({name})")


def show_keys(keys: Iterable[Key]) -> str:
    """Text that parses to the same keys."""
    return ", ".join(key.show() for key in keys)


def read_keys(cursor: Cursor, command: str) -> tuple[Key, ...]:
    """Passes keys up to the end of the command; `desc` or `d` after the last turns all of them round."""
    keys: list[Key] = []
    comma = False
    while not cursor.ends():
        if keys and not comma and (take_keyword(cursor, "desc") or take_keyword(cursor, "d")):
            return tuple(Key(key.name, not key.descending, key.kind) for key in keys)
        keys.append(_key(cursor, command))
        comma = cursor.take(",")
    if not keys:
        cursor.fail(
            "SPL-P1", f"{command} needs a field name to sort by", cursor.here(), f"write {command} -count"
        )
    return tuple(keys)


def _key(cursor: Cursor, command: str) -> Key:
    descending = cursor.take("-")
    if not descending:
        cursor.take("+")
    name = _name(cursor, command)
    if not cursor.text.startswith("(", cursor.at):
        return Key(name, descending)
    kind = name.text.lower()
    if kind not in _KINDS:
        near = nearest(kind, _KINDS)
        hint = f"did you mean {near}()?" if near else f"supported: {', '.join(_KINDS)}"
        cursor.fail("SPL-U2", f"sort by {name.text}() is not supported", name.span or cursor.here(), hint)
    cursor.take("(")
    name = _name(cursor, command)
    cursor.expect(")", f"close {kind}( with )")
    return Key(name, descending, cast(SortKind, kind))


def _name(cursor: Cursor, command: str) -> Word:
    name = read_word(cursor)
    if name is None:
        cursor.fail(
            "SPL-P1", f"{command} needs a field name {cursor.found()}", cursor.here(), "write sort -count"
        )
    return name
