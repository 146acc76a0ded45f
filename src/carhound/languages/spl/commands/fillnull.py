"""`fillnull`: a value where a field is missing, 0 unless told."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.field_names import read_fields
from carhound.languages.spl.options import Options, text
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, end_of_command, quote, show_name
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import FillNull as FillNullNode
from carhound.plan.nodes import Node


class FillNull(Spanned, frozen=True):
    """The parsed command; without names, all fields."""

    names: tuple[Word, ...] = ()
    value: str = "0"
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return FillNullNode(source, tuple(name.text for name in self.names), self.value, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        names = ", ".join(show_name(name.text) for name in self.names)
        return f"fillnull value={quote(self.value)} {names}".rstrip()


def parse(cursor: Cursor, start: int) -> FillNull:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("fillnull", {"value": text})
    names = read_fields(cursor, options)
    end_of_command(cursor, "fillnull")
    return FillNull(names, options.get("value", "0"), cursor.span(start))
