"""`append`: the rows of a subsearch after those there are."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.options import Options, Readers, whole
from carhound.languages.spl.search_expression import show_pipeline
from carhound.languages.spl.subsearch import read_subsearch
from carhound.languages.spl.syntax import Lowering, Pipeline
from carhound.languages.spl.words import end_of_command
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Append as AppendNode
from carhound.plan.nodes import Head, Node

_TO_ITS_END = "drop it: a subsearch runs to its end"
_READERS: Readers = {
    "extendtimerange": _TO_ITS_END,
    "maxout": whole,
    "maxtime": _TO_ITS_END,
    "timeout": _TO_ITS_END,
}


class Append(Spanned, frozen=True):
    """The parsed command."""

    pipeline: Pipeline
    most: int | None = None
    """Rows of the subsearch; Splunk's default of 50,000 is not kept."""
    span: Span | None = None

    def lower(self, source: Node, lowering: Lowering) -> Node:
        """The plan over `source`."""
        inner = lowering.subsearch(self.pipeline)
        return AppendNode(source, inner if self.most is None else Head(inner, self.most), self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        most = "" if self.most is None else f"maxout={self.most} "
        return f"append {most}[{show_pipeline(self.pipeline)}]"


def parse(cursor: Cursor, start: int) -> Append:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("append", _READERS).take_all(cursor)
    pipeline = read_subsearch(cursor, "append")
    span = cursor.span(start)
    end_of_command(cursor, "append")
    return Append(pipeline, options.get("maxout") or None, span)
