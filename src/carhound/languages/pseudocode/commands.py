"""The right sides of assignments: the commands of the language, executed or not."""

import re

from carhound.languages.pseudocode.conditions import (
    close,
    parse_condition,
    parse_enclosed,
    parse_listing,
    parse_operand,
)
from carhound.languages.pseudocode.cursor import COMMANDS, Cursor
from carhound.languages.pseudocode.syntax import (
    Aggregate,
    Condition,
    Difference,
    Duration,
    Expression,
    Filter,
    Group,
    Item,
    Join,
    Kind,
    MaxGap,
    Name,
    Path,
    Run,
    Search,
    Select,
    Sum,
)
from carhound.model.diagnostics import Span

_ANALYTIC = r"(?i)CAR-[0-9]{4}-[0-9]{2}-[0-9]{3}"
_GAP = ("max", "time", "between", "two", "events", "is")


def parse_expression(cursor: Cursor) -> Expression:
    """Reads what stands right of `NAME =`."""
    token = cursor.peek()
    following = cursor.peek(1)
    if token.lower in COMMANDS and (following.is_symbol("(") or following.kind not in ("symbol", "end")):
        return _command(cursor)
    if cursor.at_symbol("["):
        return parse_listing(cursor)
    if token.kind == "name" and following.is_symbol("("):
        return _aggregate(cursor)
    if token.kind != "name":
        raise cursor.unexpected("search, filter or another value", "write NAME = search Object:Action")
    value = parse_operand(cursor)
    if isinstance(value, Sum) and (difference := _difference(value)) is not None:
        return difference
    if not isinstance(value, Path | Sum):
        raise cursor.unexpected("a relation or a sum", "write NAME = search Object:Action")
    return value


def _difference(value: Sum) -> Difference | None:
    match value:
        case Sum(Path((left,)) as first, (("-", Path((right,)) as second),)):
            return Difference(Name(left, first.span), Name(right, second.span), value.span)
        case _:
            return None


def _command(cursor: Cursor) -> Expression:
    token = cursor.take()
    match token.lower:
        case "search":
            return _search(cursor, token.span)
        case "filter":
            return _filter(cursor, token.span)
        case "group":
            return _group(cursor, token.span)
        case "from":
            return _select(cursor, token.span)
        case "join":
            return _join(cursor, token.span)
        case _:
            return _run(cursor, token.span)


def _search(cursor: Cursor, start: Span) -> Search:
    opening = cursor.take() if cursor.at_symbol("(") else None
    kinds = [_kind(cursor)]
    while cursor.at_words("or") or cursor.at_words("and"):
        joint = cursor.take()
        if joint.lower == "and":
            hint = "write `or`"
            cursor.remarks.reading("PS-S2", "`and` between searched objects", "`or`", joint.span, hint)
        kinds.append(_kind(cursor))
    if opening is not None:
        close(cursor, opening)
    span = cursor.since(start)
    return Search(tuple(kinds), parse_condition(cursor) if cursor.take_words("where") else None, span)


def _kind(cursor: Cursor) -> Kind:
    hint = "write Object:Action, for example Process:Create"
    found = cursor.name("an object", hint)
    actions: tuple[Name, ...] = ()
    if cursor.take_symbol(":") and not cursor.take_symbol("*"):
        actions = cursor.names("an action", hint)
    return Kind(found, actions, cursor.since(found.span))


def _filter(cursor: Cursor, start: Span) -> Filter:
    hint = "write filter NAME where (…)"
    source = None
    if not (cursor.at_words("where") or cursor.at_symbol("(")):
        source = cursor.name("the relation to filter", hint)
    condition = _filter_condition(cursor, hint)
    span = cursor.since(start)
    if source is None:
        meaning = "of what the name held before"
        cursor.remarks.reading("PS-D11", "a filter without a relation", meaning, start, hint)
    return Filter(source, condition, span)


def _filter_condition(cursor: Cursor, hint: str) -> Condition:
    if cursor.take_words("where"):
        return parse_condition(cursor)
    opening = cursor.peek()
    if not cursor.at_symbol("("):
        raise cursor.unexpected("`where`", hint)
    if cursor.peek(1).lower == "where":
        cursor.take()
        cursor.take()
        condition = parse_condition(cursor, 1, inside=True)
        close(cursor, opening)
    else:
        condition = parse_enclosed(cursor)
    what = "a filter without `where` before its parenthesis"
    cursor.remarks.reading("PS-D7", what, "`where (…)`", opening.span, hint)
    return condition


def _group(cursor: Cursor, start: Span) -> Group:
    hint = "write group NAME by FIELD"
    sources = cursor.names("the relation to group", hint)
    cursor.expect_word("by", hint)
    by = cursor.names("a field", hint)
    where = _gap(cursor) or parse_condition(cursor) if cursor.take_words("where") else None
    return Group(sources, by, where, cursor.since(start))


def _gap(cursor: Cursor) -> MaxGap | None:
    start = cursor.peek()
    enclosed = cursor.at_symbol("(")
    words = tuple(cursor.peek(ahead + enclosed).lower for ahead in range(len(_GAP)))
    if words != _GAP:
        return None
    cursor.at += len(_GAP) + enclosed
    longest = parse_operand(cursor)
    if not isinstance(longest, Duration):
        raise cursor.unexpected("a duration", "write max time between two events is 30 minutes")
    if enclosed:
        close(cursor, start)
    return MaxGap(longest, cursor.since(start.span))


def _select(cursor: Cursor, start: Span) -> Select:
    hint = "write from NAME select FIELD"
    source = cursor.name("a relation", hint)
    cursor.expect_word("select", hint)
    items = [_item(cursor)]
    while cursor.take_symbol(",") or (cursor.peek().kind == "name" and not cursor.ends()):
        items.append(_item(cursor))
    return Select(source, tuple(items), cursor.since(start))


def _item(cursor: Cursor) -> Item:
    hint = "write FIELD, or max(FIELD) as NAME"
    path = cursor.path("a field", hint)
    function = None
    if cursor.at_symbol("(") and len(path.parts) == 1:
        opening = cursor.take()
        function = Name(path.parts[0], path.span)
        path = cursor.path("a field", hint)
        close(cursor, opening)
    alias = cursor.name("a name", hint) if cursor.take_words("as") else None
    return Item(path, function, alias)


def _join(cursor: Cursor, start: Span) -> Join:
    hint = "write join (A, B) where A.field == B.field"
    if cursor.at_symbol("("):
        opening = cursor.take()
        sources = cursor.names("a relation", hint)
        close(cursor, opening)
    else:
        sources = cursor.names("a relation", hint)
    cursor.expect_word("where", hint)
    return Join(sources, parse_condition(cursor), cursor.since(start))


def _run(cursor: Cursor, start: Span) -> Run:
    hint = "write run Analytic:CAR-2013-05-003"
    cursor.expect_word("analytic", hint)
    cursor.expect_symbol(":", hint)
    token = cursor.peek()
    if token.kind != "word" or not re.fullmatch(_ANALYTIC, token.text):
        raise cursor.unexpected("the id of an analytic", hint)
    cursor.take()
    return Run(token.text, cursor.since(start))


def _aggregate(cursor: Cursor) -> Aggregate:
    hint = "write count(NAME) by FIELD"
    function = cursor.name("a function", hint)
    opening = cursor.take()
    path = cursor.path("a field", hint)
    close(cursor, opening)
    by = cursor.name("a field", hint) if cursor.take_words("by") else None
    return Aggregate(function, path, by, cursor.since(function.span))
