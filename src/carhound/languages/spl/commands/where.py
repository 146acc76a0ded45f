"""`where`: keeps the rows on which an eval expression is true."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.eval_calls import check_condition
from carhound.languages.spl.eval_expression import parse_expression, show_expression
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import end_of_command
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.expressions import Expression
from carhound.plan.nodes import Filter, Node
from carhound.plan.predicates import Where as Holds


class Where(Spanned, frozen=True):
    """The parsed command."""

    expression: Expression
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return Filter(source, Holds(self.expression, self.expression.span or self.span), self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return f"where {show_expression(self.expression)}"


def parse(cursor: Cursor, start: int) -> Where:
    """Reads what follows the command's name, which begins at `start`."""
    expression = parse_expression(cursor)
    check_condition(cursor, expression, "where asks for")
    end_of_command(cursor, "where")
    return Where(expression, cursor.span(start))
