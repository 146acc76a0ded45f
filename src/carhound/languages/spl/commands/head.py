"""`head`: the first rows, ten unless told; or those before the first on which an expression is not true."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.eval_expression import parse_expression, show_expression
from carhound.languages.spl.options import Options, show_options, truth, whole
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import end_of_command, read_integer
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.expressions import Expression
from carhound.plan.functions import is_condition
from carhound.plan.nodes import Head as HeadNode
from carhound.plan.nodes import HeadWhile, Node

_DEFAULT = 10
_READERS = {"keeplast": truth, "limit": whole, "null": truth}


class Head(Spanned, frozen=True):
    """The parsed command; without a count only where it has a condition."""

    count: int | None = _DEFAULT
    condition: Expression | None = None
    null: bool = False
    keep_last: bool = False
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        if self.condition is None:
            return HeadNode(source, _DEFAULT if self.count is None else self.count, self.span)
        return HeadWhile(source, self.condition, self.count, self.null, self.keep_last, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        if self.condition is None:
            return f"head {self.count}"
        options = {"limit": self.count, "null": self.null, "keeplast": self.keep_last}
        defaults = {"limit": None, "null": False, "keeplast": False}
        return f"head ({show_expression(self.condition)}){show_options(options, defaults)}"


def parse(cursor: Cursor, start: int) -> Head:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("head", _READERS)
    condition: Expression | None = None
    while not cursor.ends():
        if options.take(cursor):
            continue
        count = read_integer(cursor)
        if count is not None and "limit" not in options.given:
            options.given["limit"] = count
        elif count is None and condition is None:
            condition = _condition(cursor)
        else:
            break
    end_of_command(cursor, "head")
    if condition is None:
        for name in ("keeplast", "null"):
            if name in options.given:
                hint = f"write head (count>5) {name}=true"
                cursor.fail("SPL-P1", f"{name}= says nothing without an expression", cursor.span(start), hint)
        return Head(options.get("limit", _DEFAULT), span=cursor.span(start))
    null, keep_last = options.get("null", False), options.get("keeplast", False)
    return Head(options.get("limit"), condition, null, keep_last, cursor.span(start))


def _condition(cursor: Cursor) -> Expression:
    cursor.skip_blank()
    start = cursor.at
    condition = parse_expression(cursor)
    if not is_condition(condition):
        cursor.fail(
            "SPL-P1",
            "head needs a number, or an expression that is true or false",
            cursor.span(start),
            "write head 10, or head (count>5)",
        )
    return condition
