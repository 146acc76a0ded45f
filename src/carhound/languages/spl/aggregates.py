"""Aggregates as stats and its kin write them: `count`, `dc(Image) as images`, `count(eval(n>1))`."""

import re

from carhound.languages.spl import refused
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.words import Word, read_word, show_name, take_keyword
from carhound.model.suggestion import nearest
from carhound.plan.aggregates import AGGREGATES, find, spellings, spelt
from carhound.plan.expressions import Expression
from carhound.plan.functions import is_condition
from carhound.plan.nodes import Aggregation
from carhound.plan.predicates import Field

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.\d+)?", re.ASCII)


def read_aggregate(cursor: Cursor) -> Aggregation:
    """Passes an aggregate with the name it is given."""
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
    written = match[0]
    found = find(written)
    if found is None:
        cursor.fail("SPL-U2", f"the aggregate {written} is not supported", cursor.span(start), _hint(written))
    function, rank = found
    argument: Word | Expression | None = None
    if cursor.text.startswith("(", cursor.at):
        argument = _argument(cursor, written, function)
    elif function != "count":
        cursor.fail("SPL-P1", f"{written} needs a field", cursor.span(start), f"write {written}(Image)")
    column = cursor.text[start : cursor.at]
    if take_keyword(cursor, "as"):
        column = _alias(cursor)
    if argument is None or isinstance(argument, Word):
        return Aggregation(function, Field(argument.text) if argument else None, column, rank=rank)
    return Aggregation(function, None, column, argument, rank)


def _hint(written: str) -> str:
    name = written.lower()
    if name in refused.AGGREGATES:
        return refused.AGGREGATES[name]
    if (ranked := find(f"{name}95")) is not None and AGGREGATES[ranked[0]].ranked:
        return f"say in its name which percentile, 0 to 100: {name}95(field)"
    near = nearest(name, spellings())
    return f"did you mean {near}?" if near else f"{refused.PAGE} lists the aggregates there are"


def _argument(cursor: Cursor, written: str, function: str) -> Word | Expression | None:
    cursor.take("(")
    if function == "count" and cursor.take(")"):
        return None
    if take_keyword(cursor, "eval"):
        return _expression(cursor, written, function)
    name = read_word(cursor)
    if name is None:
        cursor.fail(
            "SPL-P1", f"{written} needs a field {cursor.found()}", cursor.here(), f"write {written}(Image)"
        )
    span = name.span or cursor.here()
    if cursor.peek() == "(":
        hint = f"name a field, or write {written}(eval({name.text}(…)))"
        cursor.fail("SPL-U2", f"{written}({name.text}(…)) is not supported", span, hint)
    if "*" in name.text:
        hint = "write count" if function == "count" else "name the fields one by one"
        cursor.fail("SPL-U2", f"{written} of all fields like {name.text} is not supported", span, hint)
    cursor.expect(")", f"close {written}( with )")
    return name


def _expression(cursor: Cursor, written: str, function: str) -> Expression:
    from carhound.languages.spl.eval_expression import parse_expression  # most aggregates are of fields

    cursor.expect("(", f'write {written}(eval(Signed="false"))')
    expression = parse_expression(cursor)
    if function != "count" and is_condition(expression):
        cursor.fail(
            "SPL-P1",
            f"{written} would be of true and false, which are no values",
            expression.span or cursor.here(),
            f"write count(eval(…)), or {written}(eval(if(…, 1, 0)))",
        )
    cursor.expect(")", "close eval( with )")
    cursor.expect(")", f"close {written}( with )")
    return expression


def _alias(cursor: Cursor) -> str:
    alias = read_word(cursor)
    if alias is None:
        cursor.fail("SPL-P1", f"as needs a name {cursor.found()}", cursor.here(), 'write as "Name"')
    if "*" in alias.text and not alias.quoted:
        hint = "quote the name if it has a star, or name the columns one by one"
        cursor.fail("SPL-U2", "as with a wildcard is not supported", alias.span or cursor.here(), hint)
    return alias.text


def show_aggregates(aggregations: tuple[Aggregation, ...]) -> str:
    """Text that parses to the same aggregates."""
    return ", ".join(map(_show, aggregations))


def _show(one: Aggregation) -> str:
    argument = f"({show_name(one.field.name)})" if one.field else ""
    if one.expression is not None:
        from carhound.languages.spl.eval_expression import show_expression

        argument = f"(eval({show_expression(one.expression)}))"
    return f"{spelt(one.function, one.rank)}{argument} AS {show_name(one.column)}"
