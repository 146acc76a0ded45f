"""Texts and patterns in SQL. `lower()` on both sides folds letter case as `model.folding` does."""

import re

from sqlglot import exp

from carhound.engines.sql.unsayable import Unsayable
from carhound.model.folding import fold
from carhound.model.glob import Glob

_ESCAPE = "^"
_SPECIAL = re.compile(r"[%_^]")


def text(value: str) -> exp.Expr:
    """A text as it is. Raises Unsayable for one that no column holds."""
    if not storable(value):
        raise Unsayable("a text that is no valid Unicode, or holds NUL")
    return exp.Literal.string(value)


def storable(value: str) -> bool:
    """Whether a column can hold the text: it is valid Unicode without NUL."""
    return "\0" not in value and not any("\ud800" <= one <= "\udfff" for one in value)


def folded(value: exp.Expr) -> exp.Expr:
    """A value, letter case aside."""
    return exp.Lower(this=value)


def matches(value: exp.Expr, pattern: Glob) -> exp.Expr:
    """Whether a value matches a pattern; null for null."""
    wanted = fold(pattern.text)
    if not storable(wanted):
        return exp.and_(
            exp.Is(this=value, expression=exp.null()), exp.null(), copy=False
        )  # false, or null for null
    if pattern.wild:
        return like(folded(value), _SPECIAL.sub(lambda one: _ESCAPE + one[0], wanted).replace("*", "%"))
    if wanted.isascii() and not any(map(str.isalpha, wanted)):
        # Nothing else folds into such a text, and a bare column has statistics.
        return exp.EQ(this=value, expression=text(wanted))
    return exp.EQ(this=folded(value), expression=text(wanted))


def like(value: exp.Expr, pattern: str) -> exp.Expr:
    """LIKE with `^` as the escape in the pattern, so that a backslash is one character in every dialect."""
    escape = exp.Literal.string(_ESCAPE)
    return exp.Escape(this=exp.Like(this=value, expression=text(pattern)), expression=escape)


def like_of_eval(value: exp.Expr, pattern: str) -> exp.Expr:
    """The `like()` of eval: `%` and `_` are wildcards, and there is no escape."""
    return like(value, pattern.replace(_ESCAPE, _ESCAPE * 2))


def matches_value(value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
    """Whether a folded value matches a pattern that is itself a folded value of the table."""
    for one in (_ESCAPE, "%", "_"):
        pattern = _replace(pattern, one, _ESCAPE + one)
    wanted = exp.Like(this=value, expression=_replace(pattern, "*", "%"))
    return exp.Escape(this=wanted, expression=exp.Literal.string(_ESCAPE))


def holds(value: exp.Expr, piece: str) -> exp.Expr:
    """Whether a text stands in a value."""
    return exp.Contains(this=value, expression=text(piece))


def found(value: exp.Expr, expression: str, *, ignore_case: bool = False) -> exp.Expr:
    """Whether a part of a value matches. Raises Unsayable where two builds of RE2 may differ."""
    if ignore_case or not expression.isascii() or "\\p" in expression.lower():
        raise Unsayable("a regular expression without letter case, or beyond ASCII, is left to one library")
    return exp.RegexpLike(this=value, expression=text(expression))


def last_part(value: exp.Expr) -> exp.Expr:
    """The last part of a path, as `model.names.base_name` gives it."""
    return _part(_replace(value, "/", "\\"), "\\", -1)


def first_label(value: exp.Expr) -> exp.Expr:
    """The first label of a host name, as `model.names.short_name` gives it."""
    return _part(value, ".", 1)


def _part(value: exp.Expr, separator: str, number: int) -> exp.Expr:
    index = exp.Literal.number(number)
    return exp.SplitPart(this=value, delimiter=exp.Literal.string(separator), part_index=index)


def _replace(value: exp.Expr, old: str, new: str) -> exp.Expr:
    return exp.Replace(this=value, expression=exp.Literal.string(old), replacement=exp.Literal.string(new))
