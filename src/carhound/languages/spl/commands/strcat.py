"""`strcat`: texts and fields put together in one field."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.field_names import read_fields
from carhound.languages.spl.options import Options, show_options, truth
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, end_of_command, quote, show_name
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.expressions import Constant, FieldValue
from carhound.plan.nodes import Node
from carhound.plan.nodes import StrCat as StrCatNode


class StrCat(Spanned, frozen=True):
    """The parsed command."""

    parts: tuple[Constant | FieldValue, ...]
    target: Word
    all_required: bool = False
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return StrCatNode(source, self.parts, self.target.text, self.all_required, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        parts = " ".join(
            part.name if isinstance(part, FieldValue) else quote(str(part.value)) for part in self.parts
        )
        option = show_options({"allrequired": self.all_required}, {"allrequired": False})
        return f"strcat{option} {parts} {show_name(self.target.text)}"


def parse(cursor: Cursor, start: int) -> StrCat:
    """Reads what follows the command's name, which begins at `start`. What is in quotes is text."""
    options = Options("strcat", {"allrequired": truth})
    words = read_fields(cursor, options)
    end_of_command(cursor, "strcat")
    if len(words) < 2:
        cursor.fail(
            "SPL-P1",
            "strcat needs what to put together, and a field for it",
            cursor.span(start),
            'write strcat Image ": " CommandLine both',
        )
    *sources, target = words
    parts = tuple(Constant(one.text) if one.quoted else FieldValue(one.text) for one in sources)
    return StrCat(parts, target, options.get("allrequired", False), cursor.span(start))
