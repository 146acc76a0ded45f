"""Bare search terms as SQL: the semantics of the interpreter's terms, in one regular expression."""

import re

from sqlglot import exp

from carhound.engines.interpreter.terms import BREAKERS, ENDINGS
from carhound.engines.sql.columns import column, is_null, member, native
from carhound.engines.sql.text import folded, text
from carhound.model.event_table import EventTable
from carhound.model.folding import fold
from carhound.model.glob import Glob

# NUL stands in no text that a column holds, so it can part the texts of an event.
_PARTED = r"\x00"
_ANY = rf"[^{_PARTED}]*"
_BREAKER = "[" + _PARTED + "".join(map(re.escape, sorted(BREAKERS))) + "]"
_BEFORE = rf"(?:^|{_BREAKER}|{'|'.join(ENDINGS)})"
_AFTER = rf"(?:{_BREAKER}|\z)"


def term(table: EventTable, pattern: Glob) -> exp.Expr:
    """Whether some text of an event holds the term. Raises Unsayable."""
    expression = _expression(pattern)
    if not expression:
        return _some_text(table)
    return exp.RegexpLike(this=folded(_texts(table)), expression=text(expression))


def _expression(pattern: Glob) -> str:
    """The regular expression over folded texts; empty for a term that is nothing but wildcards."""
    first, *rest = fold(pattern.text).split("*")
    pieces = [first, *(piece for piece in rest[:-1] if piece), *rest[-1:]]
    last = pieces[-1]
    if not any(pieces):
        return ""
    before = _BEFORE if first and first[0] not in BREAKERS else ""
    after = _AFTER if last and last[-1] not in BREAKERS else ""
    return before + _ANY.join(map(re.escape, pieces)) + after


def _texts(table: EventTable) -> exp.Expr:
    """`_raw` where the event has it, else all texts that a term looks at, parted by NUL."""
    nul = exp.Chr(expressions=[exp.Literal.number(0)])
    values = exp.func("ARRAY_TO_STRING", _payload(), nul)
    header = [column(name) for name in ("computer", "provider", "channel")]
    # Nulls are left out; sqlglot's own node would make the whole null.
    joined = exp.Anonymous(this="CONCAT_WS", expressions=[nul.copy(), values, *header, _message()])
    return exp.Coalesce(this=native(table, "_raw"), expressions=[joined])


def _some_text(table: EventTable) -> exp.Expr:
    texts = [column(name) for name in ("provider", "channel", "computer")]
    payload = exp.Nullif(this=column("data"), expression=exp.Literal.string("{}"))
    found = exp.Coalesce(this=native(table, "_raw"), expressions=[*texts, payload, _message()])
    return exp.not_(is_null(found), copy=False)


def _payload() -> exp.Expr:
    return exp.func("JSON_EXTRACT_STRING", column("data"), exp.Literal.string("$.*"))


def _message() -> exp.Expr:
    """The message, where the record carried no payload."""
    empty = exp.EQ(this=column("data"), expression=exp.Literal.string("{}"))
    return exp.Case(ifs=[exp.If(this=empty, true=member("meta", "Message"))])
