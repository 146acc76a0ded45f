"""`eval`: fields with the values of expressions."""

import re

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.eval_expression import parse_expression, show_expression
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import end_of_command, read_quoted, show_name, unescape
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.expressions import Expression
from carhound.plan.functions import is_condition
from carhound.plan.nodes import Eval as EvalNode
from carhound.plan.nodes import Node

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*", re.ASCII)


class Eval(Spanned, frozen=True):
    """The parsed command."""

    assignments: tuple[tuple[str, Expression], ...]
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return EvalNode(source, self.assignments, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        made = (f"{_show(name)}={show_expression(expression)}" for name, expression in self.assignments)
        return f"eval {', '.join(made)}"


def parse(cursor: Cursor, start: int) -> Eval:
    """Reads what follows the command's name, which begins at `start`."""
    assignments = [_assignment(cursor)]
    while cursor.take(","):
        assignments.append(_assignment(cursor))
    end_of_command(cursor, "eval")
    return Eval(tuple(assignments), cursor.span(start))


def _assignment(cursor: Cursor) -> tuple[str, Expression]:
    name = _target(cursor)
    cursor.expect("=", f"write {name}=lower(Image)")
    made = parse_expression(cursor)
    if is_condition(made):
        cursor.fail(
            "SPL-P1",
            f"{name} would be true or false, which no field can be",
            made.span or cursor.here(),
            f'write {name}=if(…, "true", "false")',
        )
    return name, made


def _target(cursor: Cursor) -> str:
    """The name that is assigned to: bare, or in quotes of either kind."""
    quote = cursor.peek()
    start = cursor.at
    if quote == '"':
        raw, _ = read_quoted(cursor)
        return unescape(cursor, raw, start + 1)
    if quote == "'":
        end = cursor.text.find("'", start + 1)
        if end < 0:
            cursor.fail("SPL-P1", "this quote is never closed", Span(start, start + 1), "close it with '")
        cursor.at = end + 1
        return cursor.text[start + 1 : end]
    match = _NAME.match(cursor.text, start)
    if match is None:
        cursor.fail(
            "SPL-P1",
            f"eval needs a field name {cursor.found()}",
            cursor.here(),
            "write eval name=lower(Image)",
        )
    cursor.at = match.end()
    return match[0]


def _show(name: str) -> str:
    return name if _NAME.fullmatch(name) else show_name(name)
