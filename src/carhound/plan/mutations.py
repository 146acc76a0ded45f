"""Values that may turn a clause: what a field of a matching event could hold instead, derived from a test.

An idea only: whether a changed event turns anything is for an engine to say. Regular expressions cannot be
filled in general; of those only the parts that are plain text are tried.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from carhound.model.glob import Glob
from carhound.plan.expressions import Binary, Call, Constant, Expression, FieldValue, Negation
from carhound.plan.predicates import (
    Absent,
    Compares,
    Field,
    InNetwork,
    Matches,
    MatchesRegex,
    Present,
    Term,
    Test,
    Where,
)

ELSEWHERE = "C:\\Users\\Public\\"
ANOTHER = "another.exe"
_PATTERN = re.compile(r"\\?[.]\*|\.\+|\^|\$|\(\?[a-z]*[):]?|[()|?+*\[\]{}]")


class Change(Struct, frozen=True):
    """Another value for a field; None takes the field away."""

    what: str
    """For people, after the name of the field: "dropped", "in another folder"."""
    value: str | None


def fields_of(test: Test) -> tuple[Field, ...]:
    """The fields a test looks at; none for a term, which looks at all."""
    match test:
        case Term():
            return ()
        case Where(expression):
            return tuple(dict.fromkeys(Field(name) for name in _fields_in(expression)))
        case MatchesRegex(field):
            return () if field is None else (field,)
        case _:
            return (test.field,)


def changes(test: Test, value: str | None) -> Iterator[Change]:
    """What could stand in a field of the test in place of `value`, each different from it, some twice."""
    for literal in _literals(test):
        yield from _filled(literal, value)
    if value is not None:
        yield from _variations(value)
        yield Change("dropped", None)


def without_term(pattern: Glob, text: str) -> str:
    """The text with a letter put before every occurrence of the term, so that it is no word any more."""
    words = [piece for piece in pattern.text.split("*") if piece]
    for word in words[:1]:
        text = re.sub(re.escape(word), lambda found: "x" + found[0], text, flags=re.IGNORECASE)
    return text


def _variations(value: str) -> Iterator[Change]:
    """What an attacker, or another host, may change without knowing the search."""
    yield Change("in other letter case", value.swapcase())
    if value.lower() in ("true", "false"):
        yield Change("flipped", "false" if value.lower() == "true" else "true")
    at = value.rfind("\\") + 1
    if at:
        folder, name = value[:at], value[at:]
        yield Change("in another folder", ELSEWHERE + name)
        yield Change("renamed", folder + "x" + name)
        yield Change("another program", folder + ANOTHER)
        yield Change("without its folder", name)
    if value.isascii() and value.isdigit():
        yield Change("one more", str(int(value) + 1))
    yield Change("empty", "")
    yield Change("longer", value + "x")
    yield Change("longer in front", "x" + value)
    yield Change("something else", "x")


def _filled(literal: str, value: str | None) -> Iterator[Change]:
    """A literal of the search as a value: its wildcards filled, and its near misses."""
    what = f"as {literal!r}" if "'" in literal else f"as '{literal}'"
    name = (value or "")[(value or "").rfind("\\") + 1 :]
    # Filled with the value itself, the rest of the value goes on to say what other clauses ask of it.
    for text in dict.fromkeys(literal.replace("*", fill) for fill in ("", "x", name, value or "")):
        yield Change(what, text)
        yield Change(f"{what}, in other letter case", text.swapcase())
        yield Change(f"{what} and more", text + "x")
        yield Change(f"{what}, with something before it", "x" + text)


def _literals(test: Test) -> Iterator[str]:
    match test:
        case Matches(_, pattern):
            yield pattern.text
        case Compares(_, _, value):
            yield from _around(value)
        case InNetwork(_, network):
            yield network.partition("/")[0]
            yield "203.0.113.1"
        case MatchesRegex(_, expression):
            yield _PATTERN.sub("", expression).replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
        case Where(expression):
            for text in _constants(expression):
                yield from _around(text)
        case Present() | Absent():
            yield "x"
        case Term(pattern):
            yield pattern.text


def _around(text: str) -> Iterator[str]:
    yield text.replace("%", "*")
    if text.isascii() and text.isdigit():
        yield str(int(text) + 1)
        yield str(int(text) - 1)


def _fields_in(expression: Expression) -> Iterator[str]:
    match expression:
        case FieldValue(name):
            yield name
        case Constant():
            return
        case _:
            for one in _operands(expression):
                yield from _fields_in(one)


def _constants(expression: Expression) -> Iterator[str]:
    match expression:
        case Constant(value):
            yield str(value)
        case FieldValue():
            return
        case _:
            for one in _operands(expression):
                yield from _constants(one)


def _operands(expression: Binary | Call | Negation) -> tuple[Expression, ...]:
    match expression:
        case Binary(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case Negation(_, operand):
            return (operand,)
