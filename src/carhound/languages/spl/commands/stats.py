"""`stats`: aggregates over all rows or over each combination of the `by` fields."""

import re
from dataclasses import dataclass, field
from typing import get_args

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.eval_expression import parse_expression, show_expression
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, peek_keyword, read_names, read_word, show_name, take_keyword
from carhound.model.diagnostics import Span
from carhound.model.suggestion import nearest
from carhound.plan.expressions import Expression
from carhound.plan.nodes import Aggregate, Aggregation, Node
from carhound.plan.nodes import Stats as StatsNode
from carhound.plan.predicates import Field

FUNCTIONS: dict[str, Aggregate] = {name: name for name in get_args(Aggregate)} | {
    "c": "count",
    "distinct_count": "dc",
    "mean": "avg",
}

_NAME = re.compile(r"[A-Za-z_]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Aggregated:
    """`function(field) AS column`, or `function(eval(expression))`; with neither, rows are counted."""

    function: Aggregate
    name: Word | None
    column: str
    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class Stats:
    """The parsed command."""

    aggregates: tuple[Aggregated, ...]
    by: tuple[Word, ...] = ()
    span: Span | None = field(default=None, compare=False)

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        aggregations = tuple(
            Aggregation(one.function, Field(one.name.text) if one.name else None, one.column, one.expression)
            for one in self.aggregates
        )
        return StatsNode(source, aggregations, tuple(Field(name.text) for name in self.by), self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        parts = []
        for one in self.aggregates:
            argument = f"({show_name(one.name.text)})" if one.name else ""
            if one.expression is not None:
                argument = f"(eval({show_expression(one.expression)}))"
            parts.append(f"{one.function}{argument} AS {show_name(one.column)}")
        by = f" BY {', '.join(show_name(name.text) for name in self.by)}" if self.by else ""
        return f"stats {', '.join(parts)}{by}"


def parse(cursor: Cursor, start: int) -> Stats:
    """Reads what follows the command's name, which begins at `start`."""
    aggregates: list[Aggregated] = []
    while not cursor.ends() and not (aggregates and peek_keyword(cursor, "by")):
        aggregates.append(_aggregate(cursor))
        cursor.take(",")
    if not aggregates:
        cursor.fail("SPL-P1", "stats needs an aggregate", cursor.here(), "write stats count by Image")
    by = read_names(cursor, "by") if take_keyword(cursor, "by") else ()
    return Stats(tuple(aggregates), by, cursor.span(start))


def _aggregate(cursor: Cursor) -> Aggregated:
    cursor.skip_blank()
    start = cursor.at
    match = _NAME.match(cursor.text, start)
    if match is None:
        cursor.fail(
            "SPL-P1",
            f"expected an aggregate {cursor.found()}",
            cursor.here(),
            "write count, values(Image), …",
        )
    cursor.at = match.end()
    function = FUNCTIONS.get(match[0].lower())
    if function is None:
        near = nearest(match[0].lower(), FUNCTIONS)
        hint = f"did you mean {near}?" if near else f"supported: {', '.join(sorted(FUNCTIONS))}"
        cursor.fail("SPL-U2", f"the aggregate {match[0]} is not supported", cursor.span(start), hint)
    argument: Word | Expression | None = None
    if cursor.text.startswith("(", cursor.at):
        argument = _argument(cursor, match[0])
    elif function != "count":
        cursor.fail("SPL-P1", f"{match[0]} needs a field", cursor.span(start), f"write {match[0]}(Image)")
    column = cursor.text[start : cursor.at]
    if take_keyword(cursor, "as"):
        alias = read_word(cursor)
        if alias is None:
            cursor.fail("SPL-P1", f"as needs a name {cursor.found()}", cursor.here(), 'write as "Name"')
        column = alias.text
    if argument is None or isinstance(argument, Word):
        return Aggregated(function, argument, column)
    return Aggregated(function, None, column, argument)


def _argument(cursor: Cursor, function: str) -> Word | Expression | None:
    cursor.take("(")
    if function.lower() in ("count", "c") and cursor.take(")"):
        return None
    if take_keyword(cursor, "eval"):
        cursor.expect("(", f'write {function}(eval(Signed="false"))')
        expression = parse_expression(cursor)
        cursor.expect(")", "close eval( with )")
        cursor.expect(")", f"close {function}( with )")
        return expression
    name = read_word(cursor)
    if name is None:
        cursor.fail(
            "SPL-P1", f"{function} needs a field {cursor.found()}", cursor.here(), f"write {function}(Image)"
        )
    if cursor.peek() == "(":
        cursor.fail(
            "SPL-U2",
            f"{function}({name.text}(…)) is not supported",
            name.span or cursor.here(),
            "name a field",
        )
    cursor.expect(")", f"close {function}( with )")
    return name
