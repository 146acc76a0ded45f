"""Conditions: `and` binds tighter than `or`, comparisons may be chained (`a < b < c`)."""

import re
from typing import cast

from carhound.languages.pseudocode.cursor import RESERVED, Cursor, shorten
from carhound.languages.pseudocode.lexer import RELATIONS, UNITS, Token
from carhound.languages.pseudocode.syntax import (
    Both,
    Bracket,
    Comparison,
    Condition,
    Containment,
    Duration,
    Either,
    Existence,
    InRawEvent,
    Listing,
    Match,
    Membership,
    Negated,
    Now,
    Null,
    Number,
    Operand,
    Path,
    Primary,
    Relop,
    Sign,
    Sum,
    Test,
    Text,
    Top,
    Unit,
)
from carhound.model.diagnostics import Span

DEEPEST = 60
"""Parentheses and `not` within one another; beyond that Python's own stack would be the limit."""

_TEST_HINT = 'a condition looks like exe == "cmd.exe"'


def parse_condition(cursor: Cursor, depth: int = 0, *, inside: bool = False) -> Condition:
    """Reads a condition; `depth` counts the parentheses and the `not` around it.

    `inside` parentheses no statement ends.
    """
    items = [_conjunction(cursor, depth, inside)]
    while cursor.take_words("or"):
        items.append(_conjunction(cursor, depth, inside))
    return items[0] if len(items) == 1 else Either(tuple(items))


def _conjunction(cursor: Cursor, depth: int, inside: bool) -> Condition:
    items = [_negation(cursor, depth, inside)]
    while cursor.take_words("and"):
        items.append(_negation(cursor, depth, inside))
    return items[0] if len(items) == 1 else Both(tuple(items))


def _negation(cursor: Cursor, depth: int, inside: bool) -> Condition:
    token = cursor.peek()
    if depth > DEEPEST:
        hint = f"at most {DEEPEST} parentheses may stand within one another"
        raise cursor.remarks.fail("PS-P9", "this condition is nested too deeply", token.span, hint)
    if cursor.take_words("not"):
        item = _negation(cursor, depth + 1, inside)
        return Negated(item, cursor.since(token.span))
    _check_begins(cursor)
    if cursor.at_symbol("("):
        return parse_enclosed(cursor, depth, inside=inside)
    test = _test(cursor)
    _check_joint(cursor, inside)
    return test


def parse_enclosed(cursor: Cursor, depth: int = 0, *, inside: bool = False) -> Condition:
    """Reads a condition in parentheses."""
    opening = cursor.expect_symbol("(", _TEST_HINT)
    inner = parse_condition(cursor, depth + 1, inside=True)
    close(cursor, opening)
    _check_joint(cursor, inside)
    return inner


def close(cursor: Cursor, opening: Token) -> None:
    """Passes the parenthesis that closes `opening`, or fails."""
    if cursor.take_symbol(")"):
        return
    if cursor.peek().kind == "end" or cursor.starts_command():
        hint = "add the missing `)`"
        raise cursor.remarks.fail("PS-P2", "this parenthesis is never closed", opening.span, hint)
    raise cursor.unexpected("`)`", "close the parenthesis, or join conditions with `and` or `or`")


def _check_begins(cursor: Cursor) -> None:
    token, before = cursor.peek(), cursor.before
    stops = token.kind == "end" or token.is_symbol(")") or token.lower in ("and", "or")
    if not (stops or cursor.starts_command()):
        return
    if before is not None and before.lower in ("and", "or", "not"):
        hint = f"remove `{before.text}` or write the condition that is missing"
        raise cursor.remarks.fail("PS-P6", f"nothing follows this `{before.text}`", before.span, hint)
    raise cursor.unexpected("a condition", _TEST_HINT)


def _check_joint(cursor: Cursor, inside: bool) -> None:
    token = cursor.peek()
    if token.lower in RESERVED or (cursor.starts_command() if inside else cursor.ends()):
        return
    if token.kind in ("name", "text", "number", "word") or cursor.at_symbol("(", "["):
        hint = f"write `and` or `or` before `{shorten(token)}`"
        raise cursor.remarks.fail("PS-P5", "nothing joins this condition to the one before", token.span, hint)


def _test(cursor: Cursor) -> Test:
    left = parse_operand(cursor)
    start = left.span
    if isinstance(left, Path) and left.parts[-1].lower() == "matches" and cursor.at_symbol("("):
        return _matches_call(cursor, left)
    if cursor.take_words("match"):
        expression = _expression(cursor)
        return Match(left, expression.text, cursor.since(start), expression.span)
    if cursor.take_words("contains"):
        values = _contained(cursor, start)
        return Containment(left, values, span=cursor.since(start))
    if cursor.take_words("exists"):
        span = cursor.since(start)
        cursor.remarks.reading("PS-D8", "`exists`", "`!= null`", span, "write != null")
        return Existence(left, span)
    if cursor.take_words("in"):
        return _membership(cursor, left, negated=False)
    if cursor.take_words("not", "in"):
        return _membership(cursor, left, negated=True)
    for words, negated in ((("does", "not", "contain"), True), (("includes", "one", "of"), False)):
        if cursor.take_words(*words):
            test = Containment(left, parse_listing(cursor), negated, cursor.since(start))
            meaning = f"a substring test of each value, {'none' if negated else 'any'} of which may hold"
            hint = "write contains, joined by and or or"
            cursor.remarks.reading("PS-D9", f"`{' '.join(words)}`", meaning, test.span, hint)
            return test
    return _comparison(cursor, left)


def _comparison(cursor: Cursor, left: Operand) -> Comparison:
    operands, relations = [left], list[Relop]()
    while cursor.at_symbol(*RELATIONS):
        token = cursor.take()
        if token.text == "=":
            cursor.remarks.reading("PS-D1", "single `=`", "`==`", token.span, "write ==")
        relations.append(cast(Relop, "==" if token.text == "=" else token.text))
        operands.append(parse_operand(cursor))
    if not relations:
        raise cursor.unexpected("a comparison", "compare with ==, !=, <, in, match, contains or exists")
    return Comparison(tuple(operands), tuple(relations), cursor.since(left.span))


def _matches_call(cursor: Cursor, left: Path) -> Match:
    subject = Path(left.parts[:-1], left.span)
    if not subject.parts:
        raise cursor.unexpected("a field before `matches`", 'write command_line match "regex"')
    expression = _expression(cursor)
    span = cursor.since(left.span)
    cursor.remarks.reading("PS-D6", "`.matches(…)`", "`match`", span, 'write field match "regex"')
    return Match(subject, expression.text, span, expression.span)


def _expression(cursor: Cursor) -> Token:
    if cursor.at_symbol("("):
        opening = cursor.take()
        token = _expression(cursor)
        close(cursor, opening)
        return token
    if cursor.peek().kind not in ("text", "regex"):
        raise cursor.unexpected("a regular expression", 'write field match "regex"')
    token = cursor.take()
    if token.kind == "regex":
        meaning = "one to the closing parenthesis of the filter"
        hint = "put the expression in quotes"
        cursor.remarks.reading("PS-D10", "an unquoted regular expression", meaning, token.span, hint)
    return token


def _contained(cursor: Cursor, start: Span) -> Primary:
    if not cursor.at_symbol("("):
        return _primary(cursor)
    opening = cursor.take()
    value = _primary(cursor)
    close(cursor, opening)
    hint = 'write field contains "text"'
    cursor.remarks.reading("PS-D6", "`contains(…)`", "`contains`", cursor.since(start), hint)
    return value


def _membership(cursor: Cursor, left: Operand, *, negated: bool) -> Membership | InRawEvent:
    start = left.span
    if isinstance(left, Text) and not negated and cursor.take_words("raw", "event"):
        span = cursor.since(start)
        hint = 'write field contains "text"'
        cursor.remarks.reading("PS-D9", "`in raw event`", "a search of the whole event", span, hint)
        return InRawEvent(left, span)
    among = parse_listing(cursor) if cursor.at_symbol("[") else _top(cursor) or parse_operand(cursor)
    return Membership(left, among, negated, cursor.since(start))


def _top(cursor: Cursor) -> Top | None:
    token = cursor.peek()
    match = re.fullmatch(r"top([0-9]*)", token.lower)
    number = match is not None and not match[1] and cursor.peek(1).kind == "number"
    following = cursor.peek(2 if number else 1)
    if match is None or not (match[1] or number) or not following.is_symbol("("):
        return None
    cursor.take()
    count = cursor.take().text if number else match[1]
    opening = cursor.take()
    name = cursor.name("a field", "write TOP 30 (user)")
    close(cursor, opening)
    return Top(count, name.text, cursor.since(token.span))


def parse_listing(cursor: Cursor) -> Listing:
    """Reads values in square brackets."""
    hint = 'a list looks like ["a", "b"]'
    start = cursor.expect_symbol("[", hint).span
    items = [_primary(cursor)]
    while cursor.take_symbol(","):
        items.append(_primary(cursor))
    cursor.expect_symbol("]", hint)
    return Listing(tuple(items), cursor.since(start))


def parse_operand(cursor: Cursor) -> Operand:
    """Reads a value, a field or a sum of them."""
    first = _primary(cursor)
    steps: list[tuple[Sign, Primary]] = []
    while cursor.at_symbol("+", "-", "*", "/"):
        sign = cast(Sign, cursor.take().text)
        steps.append((sign, _primary(cursor)))
    return Sum(first, tuple(steps), cursor.since(first.span)) if steps else first


def _primary(cursor: Cursor) -> Primary:
    token = cursor.peek()
    match token.kind:
        case "text":
            cursor.take()
            return Text(token.text, token.span)
        case "word":
            cursor.take()
            cursor.remarks.bare_value(token.span)
            return Text(token.text, token.span)
        case "number":
            cursor.take()
            return _number(cursor, token)
        case "name" if token.lower in ("now", "null"):
            cursor.take()
            return Now(token.span) if token.lower == "now" else Null(token.span)
    if cursor.take_symbol("["):
        name = cursor.name("a field", "write the field's name without brackets")
        cursor.expect_symbol("]", "write the field's name without brackets")
        span = cursor.since(token.span)
        cursor.remarks.reading("PS-D4", "`[field]`", "`field`", span, "write the name without brackets")
        return Bracket(name.text, span)
    return cursor.path("a field or a value", _TEST_HINT)


def _number(cursor: Cursor, token: Token) -> Number | Duration:
    unit = cursor.peek()
    if unit.lower not in UNITS or unit.first:
        return Number(token.text, token.span)
    cursor.take()
    return Duration(token.text, cast(Unit, UNITS[unit.lower]), cursor.since(token.span))
