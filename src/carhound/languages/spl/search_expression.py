"""The language of `search`: terms side by side, in which OR binds tighter than AND.

Splunk's Search Reference, "search", and Search Manual, "Boolean expressions with logical operators":
parentheses, NOT, OR, then AND; operators in upper case only.
"""

from collections.abc import Callable
from typing import NoReturn, cast

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import (
    BareTerm,
    Comparison,
    Conjunction,
    Disjunction,
    Membership,
    Negated,
    Operator,
    Pipeline,
    Search,
    SearchExpression,
    Subsearch,
)
from carhound.languages.spl.words import Word, quote, read_operator, read_word, show_name

PipelineParser = Callable[[Cursor], Pipeline]

_DEPTH = 40


def parse_search(cursor: Cursor, subsearch: PipelineParser, depth: int = 0) -> SearchExpression:
    """Reads an expression up to the end of the command or a closing parenthesis; an empty one is allowed."""
    if depth > _DEPTH:
        cursor.fail("SPL-P1", "parentheses are nested too deeply", cursor.here())
    items: list[SearchExpression] = []
    while not cursor.ends() and cursor.peek() != ")":
        if items and _take_operator(cursor, "AND") and (cursor.ends() or cursor.peek() == ")"):
            cursor.fail(
                "SPL-P1", "AND needs a term on both sides", cursor.here(), "add a term or drop the AND"
            )
        items.append(_parse_or(cursor, subsearch, depth))
        if cursor.peek() == ",":
            cursor.fail(
                "SPL-P1",
                "a comma has no place between terms",
                cursor.here(),
                "quote it if it is part of a value",
            )
    return items[0] if len(items) == 1 else Conjunction(tuple(items))


def _parse_or(cursor: Cursor, subsearch: PipelineParser, depth: int) -> SearchExpression:
    items = [_parse_not(cursor, subsearch, depth)]
    while _take_operator(cursor, "OR"):
        items.append(_parse_not(cursor, subsearch, depth))
    return items[0] if len(items) == 1 else Disjunction(tuple(items))


def _parse_not(cursor: Cursor, subsearch: PipelineParser, depth: int) -> SearchExpression:
    if depth > _DEPTH:
        cursor.fail("SPL-P1", "the search is nested too deeply", cursor.here())
    cursor.skip_blank()
    start = cursor.at
    if _take_operator(cursor, "NOT"):
        item = _parse_not(cursor, subsearch, depth + 1)
        return Negated(item, cursor.span(start))
    if cursor.take("("):
        inner = parse_search(cursor, subsearch, depth + 1)
        if not cursor.take(")"):
            cursor.fail(
                "SPL-P1", "this parenthesis is never closed", cursor.span(start, start + 1), "close it with )"
            )
        return Disjunction(()) if inner == Conjunction(()) else inner  # "()" matches nothing
    if cursor.take("["):
        pipeline = subsearch(cursor)
        if not cursor.take("]"):
            cursor.fail(
                "SPL-P1", "this subsearch is never closed", cursor.span(start, start + 1), "close it with ]"
            )
        return Subsearch(pipeline, cursor.span(start))
    return _parse_term(cursor)


def _parse_term(cursor: Cursor) -> SearchExpression:
    cursor.skip_blank()
    start = cursor.at
    name = read_word(cursor)
    if name is None:
        _fail_at_operator(cursor)
    if not name.quoted and name.text in ("AND", "OR"):
        cursor.fail(
            "SPL-P1", f"{name.text} needs a term on both sides", cursor.span(start), "add a term or drop it"
        )
    end = cursor.at
    operator = read_operator(cursor)
    if operator is not None:
        return _comparison(cursor, name, cast(Operator, operator), start)
    if _take_operator(cursor, "IN"):
        if cursor.peek() == "(":
            return _membership(cursor, name, start)
        cursor.fail("SPL-P1", "IN needs a list", cursor.here(), 'write field IN ("a", "b")')
    cursor.at = end
    operator_meant = name.text.upper() in ("AND", "OR", "NOT") or (name.text == "in" and cursor.peek() == "(")
    if operator_meant and not name.quoted:
        cursor.remark(
            "SPL-L1",
            f"{name.text!r} is a word to be found in the event: operators are in upper case",
            cursor.span(start, end),
            f"write {name.text.upper()} if the operator is meant",
        )
    cursor.at = end
    _remark_adjacent(cursor, name)
    return BareTerm(name, cursor.span(start, end))


def _comparison(cursor: Cursor, name: Word, operator: Operator, start: int) -> Comparison:
    value = read_word(cursor, value=True)
    if value is None:
        shown = f"{name.text}{operator}"
        cursor.fail("SPL-P1", f"{shown} needs a value {cursor.found()}", cursor.here(), f'write {shown}"…"')
    if not value.quoted and (value.text[:1] in "=<>" or (value.text == "~" and cursor.peek() == '"')):
        cursor.fail(
            "SPL-P1",
            f"search has no operator {operator}{value.text[0]}",
            cursor.span(start),
            f"write {name.text}=value; the operators are = != < <= > >=",
        )
    _remark_adjacent(cursor, value)
    return Comparison(name, operator, value, cursor.span(start))


def _membership(cursor: Cursor, name: Word, start: int) -> Membership:
    cursor.expect("(", "write the values in parentheses")
    values: list[Word] = []
    while not cursor.take(")"):
        value = read_word(cursor, value=True)
        if value is None:
            cursor.fail(
                "SPL-P1", f"expected a value or ) {cursor.found()}", cursor.here(), "close the list with )"
            )
        values.append(value)
        cursor.take(",")
    if not values:
        cursor.fail("SPL-P1", "IN needs at least one value", cursor.span(start), 'write field IN ("a", "b")')
    return Membership(name, tuple(values), cursor.span(start))


def _fail_at_operator(cursor: Cursor) -> NoReturn:
    at = cursor.here()
    operator = read_operator(cursor)
    if operator is not None:
        cursor.fail("SPL-P1", f"{operator} has no field name before it", at, f'write field{operator}"value"')
    cursor.fail(
        "SPL-P1",
        f"expected a search term {cursor.found()}",
        at,
        "a term is a word, a quoted phrase or field=value",
    )


def _remark_adjacent(cursor: Cursor, word: Word) -> None:
    if word.quoted and cursor.text.startswith('"', cursor.at):
        cursor.remark(
            "SPL-J1",
            "two quoted texts touch: they are read as two terms, both of which must match",
            cursor.span(cursor.at, cursor.at + 1),
            'write \\" for a quote inside a value',
        )


def _take_operator(cursor: Cursor, operator: str) -> bool:
    cursor.skip_blank()
    end = cursor.at + len(operator)
    if not cursor.text.startswith(operator, cursor.at):
        return False
    following = cursor.text[end : end + 1]
    if following and not following.isspace() and following not in '()[]|"':
        return False
    cursor.at = end
    return True


def show_pipeline(pipeline: Pipeline) -> str:
    """The search as text that parses to the same tree."""
    shown = " | ".join(
        f"search {show_search(command.expression)}".rstrip()
        if isinstance(command, Search)
        else command.show()
        for command in pipeline.commands
    )
    return shown if isinstance(pipeline.commands[0], Search) else f"| {shown}"


def show_search(expression: SearchExpression) -> str:
    """The expression as text that parses to the same tree."""
    match expression:
        case Comparison(name, operator, value):
            return f"{show_name(name.text)}{operator}{quote(value.text)}"
        case Membership(name, values):
            return f"{show_name(name.text)} IN ({', '.join(quote(value.text) for value in values)})"
        case BareTerm(word):
            return quote(word.text)
        case Subsearch(pipeline):
            return f"[{show_pipeline(pipeline)}]"
        case Negated(item):
            return f"NOT {_nested(item)}"
        case Disjunction(()):
            return "()"
        case Conjunction(items):
            return " ".join(_nested(item, inside_and=True) for item in items)
        case Disjunction(items):
            return " OR ".join(_nested(item) for item in items)


def _nested(item: SearchExpression, *, inside_and: bool = False) -> str:
    text = show_search(item)
    plain = inside_and and isinstance(item, Disjunction)
    return f"({text})" if isinstance(item, Conjunction | Disjunction) and not plain else text
