"""`fields`: keeps the named fields, or with a minus sign removes them."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.field_names import read_some_fields
from carhound.languages.spl.options import Options
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, end_of_command, show_name
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Fields as FieldsNode
from carhound.plan.nodes import Node


class Fields(Spanned, frozen=True):
    """The parsed command."""

    names: tuple[Word, ...]
    remove: bool = False
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return FieldsNode(source, tuple(name.text for name in self.names), self.remove, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return (
            f"fields {'-' if self.remove else '+'} {', '.join(show_name(name.text) for name in self.names)}"
        )


def parse(cursor: Cursor, start: int) -> Fields:
    """Reads what follows the command's name, which begins at `start`."""
    remove = cursor.take("-")
    if not remove:
        cursor.take("+")
    names = read_some_fields(cursor, Options("fields"))
    end_of_command(cursor, "fields")
    return Fields(names, remove, cursor.span(start))
