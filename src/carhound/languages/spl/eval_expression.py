"""The language of eval and where.

Splunk's Search Reference, "eval" and "where": parentheses, NOT, AND, OR, XOR; operators in any letter case;
`"…"` is text and `'…'` a field name; `true` and `false` are themselves. In text only `\\\\`, `\\"` and `\\|`
are escapes, so that expressions keep their own backslashes.
"""

import re
from typing import cast

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.eval_calls import check_call, check_condition, find_function
from carhound.languages.spl.words import read_quoted, take_keyword, unescape_text
from carhound.model.diagnostics import Span
from carhound.plan.expressions import Binary, Call, Constant, Expression, FieldValue, Negation, Operator

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?![A-Za-z0-9_.])", re.ASCII)
_TRUTHS = ("true", "false")
_LEVELS: tuple[tuple[str, ...], ...] = (("xor",), ("or",), ("and",))
_COMPARISONS = ("==", "!=", "<=", ">=", "=", "<", ">")
_ARITHMETIC: tuple[tuple[str, ...], ...] = (("+", "-", "."), ("*", "/", "%"))
_STRAY_STAR = re.compile(r"\*\s*($|[|\])*,=]|(and|or|xor)\b)", re.IGNORECASE)
_DEPTH = 40
_LONGEST = 200
"""Operators of one level in a row; the tree of an expression must not grow deeper than Python can follow."""


def parse_expression(cursor: Cursor, depth: int = 0) -> Expression:
    """Reads one expression. Raises LanguageError where there is none."""
    if depth > _DEPTH:
        cursor.fail("SPL-P1", "the expression is nested too deeply", cursor.here())
    return _parse_logic(cursor, 0, depth)


def _parse_logic(cursor: Cursor, level: int, depth: int) -> Expression:
    if level == len(_LEVELS):
        return _parse_not(cursor, depth)
    left = _parse_logic(cursor, level + 1, depth)
    joined = 0
    while (
        operator := next((word for word in _LEVELS[level] if take_keyword(cursor, word)), None)
    ) is not None:
        joined = _count(cursor, joined)
        right = _parse_logic(cursor, level + 1, depth)
        for side in (left, right):
            check_condition(cursor, side, f"{operator.upper()} asks for")
        left = _binary(operator, left, right)
    return left


def _parse_not(cursor: Cursor, depth: int) -> Expression:
    if depth > _DEPTH:
        cursor.fail("SPL-P1", "the expression is nested too deeply", cursor.here())
    cursor.skip_blank()
    start = cursor.at
    if take_keyword(cursor, "not") or (not cursor.text.startswith("!=", start) and cursor.take("!")):
        operand = _parse_not(cursor, depth + 1)
        check_condition(cursor, operand, "NOT asks for")
        return Negation("not", operand, cursor.span(start))
    return _parse_comparison(cursor, depth)


def _parse_comparison(cursor: Cursor, depth: int) -> Expression:
    left = _parse_arithmetic(cursor, 0, depth)
    cursor.skip_blank()
    start = cursor.at
    operator = next((sign for sign in _COMPARISONS if cursor.take(sign)), None)
    if operator is not None:
        left = _binary("=" if operator == "==" else operator, left, _parse_arithmetic(cursor, 0, depth))
    elif take_keyword(cursor, "like"):
        right = _parse_arithmetic(cursor, 0, depth)
        left = Call("like", (left, right), _span(left, cursor.span(start)))
    elif take_keyword(cursor, "in"):
        cursor.expect("(", 'write Image IN ("a", "b")')
        listed = _arguments(cursor, depth)
        left = Call("in", (left, *listed), _span(left, cursor.span(start)))
        check_call(cursor, left, cursor.span(start))
    return left


def _parse_arithmetic(cursor: Cursor, level: int, depth: int) -> Expression:
    if level == len(_ARITHMETIC):
        return _parse_operand(cursor, depth)
    left = _parse_arithmetic(cursor, level + 1, depth)
    joined = 0
    while (operator := next((sign for sign in _ARITHMETIC[level] if cursor.take(sign)), None)) is not None:
        joined = _count(cursor, joined)
        left = _binary(operator, left, _parse_arithmetic(cursor, level + 1, depth))
    return left


def _count(cursor: Cursor, joined: int) -> int:
    if joined == _LONGEST:
        hint = "split it over several where commands, or use the search command"
        cursor.fail("SPL-P1", f"more than {_LONGEST} operators in a row", cursor.here(), hint)
    return joined + 1


def _binary(operator: str, left: Expression, right: Expression) -> Binary:
    return Binary(cast(Operator, operator), left, right, _span(left, right.span))


def _span(left: Expression, rest: Span | None) -> Span | None:
    return left.span.to(rest) if left.span and rest else None


def _parse_operand(cursor: Cursor, depth: int) -> Expression:
    character = cursor.peek()
    start = cursor.at
    if character == "(":
        cursor.at += 1
        inner = parse_expression(cursor, depth + 1)
        if not cursor.take(")"):
            cursor.fail(
                "SPL-P1", "this parenthesis is never closed", Span(start, start + 1), "close it with )"
            )
        return inner
    if character == "-":
        cursor.at += 1
        if depth > _DEPTH:
            cursor.fail("SPL-P1", "the expression is nested too deeply", cursor.here())
        return Negation("-", _parse_operand(cursor, depth + 1), cursor.span(start))
    if character == '"':
        raw, span = read_quoted(cursor)
        return Constant(unescape_text(raw), span)
    if character == "'":
        return _quoted_field(cursor, start)
    if (number := _NUMBER.match(cursor.text, start)) is not None:
        cursor.at = number.end()
        value = int(number[0]) if number[0].isdigit() else float(number[0])
        return Constant(value, cursor.span(start))
    if (name := _NAME.match(cursor.text, start)) is not None:
        cursor.at = name.end()
        if cursor.peek() == "(":
            return _call(cursor, name[0], start, depth)
        cursor.at = name.end()
        if name[0].lower() in _TRUTHS:
            return Call(name[0].lower(), (), cursor.span(start))
        return _field(cursor, name)
    return cursor.fail(
        "SPL-P1",
        f"expected a field, a value or a function {cursor.found()}",
        cursor.here(),
        'write Image="value"',
    )


def _field(cursor: Cursor, name: re.Match[str]) -> FieldValue:
    cursor.at = name.end()
    if _STRAY_STAR.match(cursor.text, cursor.at):
        cursor.fail(
            "SPL-P1",
            "there are no wildcards here",
            cursor.span(name.start(), cursor.at + 1),
            'use like(field, "a%"), or the search command, where * is a wildcard',
        )
    return FieldValue(name[0], cursor.span(name.start()))


def _quoted_field(cursor: Cursor, start: int) -> FieldValue:
    end = cursor.text.find("'", start + 1)
    if end < 0:
        cursor.fail("SPL-P1", "this quote is never closed", Span(start, start + 1), "close it with '")
    cursor.at = end + 1
    return FieldValue(cursor.text[start + 1 : end], cursor.span(start))


def _call(cursor: Cursor, name: str, start: int, depth: int) -> Call:
    span = cursor.span(start, start + len(name))
    find_function(cursor, name, span)
    cursor.take("(")
    call = Call(name.lower(), _arguments(cursor, depth), cursor.span(start))
    check_call(cursor, call, cursor.span(start))
    return call


def _arguments(cursor: Cursor, depth: int) -> tuple[Expression, ...]:
    """What stands between parentheses, of which the first is passed."""
    found: list[Expression] = []
    while not cursor.take(")"):
        if found and not cursor.take(","):
            cursor.fail(
                "SPL-P1",
                f"expected , or ) {cursor.found()}",
                cursor.here(),
                "put a comma between arguments, or close them with )",
            )
        found.append(parse_expression(cursor, depth + 1))
    return tuple(found)


def show_expression(expression: Expression) -> str:
    """The expression as text that parses to the same tree."""
    match expression:
        case Constant(str() as text):
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case Constant(number):
            return str(number)
        case FieldValue(name):
            return f"'{name}'"
        case Call(function, arguments):
            return f"{function}({', '.join(show_expression(argument) for argument in arguments)})"
        case Binary(operator, left, right):
            return f"({show_expression(left)} {operator.upper()} {show_expression(right)})"
        case Negation(operator, operand):
            return f"({'NOT ' if operator == 'not' else '-'}{show_expression(operand)})"
