"""`join`: each row with what a row of a subsearch says that has the same values, exactly, in some fields.

Splunk's Search Reference, "join". There is no limit of rows where Splunk stops at 50,000.
"""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.options import Options, Readers, text, truth, whole
from carhound.languages.spl.search_expression import show_pipeline
from carhound.languages.spl.subsearch import read_subsearch
from carhound.languages.spl.syntax import Lowering, Pipeline
from carhound.languages.spl.words import Word, end_of_command, read_word, show_name
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Join as JoinNode
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field

_TIMES = "rows are not joined by their times: compare them with where"
_SHARED = "name the fields that both sides share: join Computer [search …]"


class Join(Spanned, frozen=True):
    """The parsed command."""

    names: tuple[Word, ...]
    pipeline: Pipeline
    outer: bool = False
    most: int = 1
    """Rows of the subsearch that one row is joined with; 0 is no limit."""
    overwrite: bool = True
    span: Span | None = None

    def lower(self, source: Node, lowering: Lowering) -> Node:
        """The plan over `source`."""
        return JoinNode(
            source,
            lowering.subsearch(self.pipeline),
            tuple(Field(name.text) for name in self.names),
            self.outer,
            self.most,
            self.overwrite,
            self.span,
        )

    def show(self) -> str:
        """Text that parses to the same tree."""
        options = f"type={'outer' if self.outer else 'inner'} max={self.most}"
        names = ", ".join(show_name(name.text) for name in self.names)
        overwrite = "t" if self.overwrite else "f"
        return f"join {options} overwrite={overwrite} {names} [{show_pipeline(self.pipeline)}]"


def parse(cursor: Cursor, start: int) -> Join:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("join", _READERS).take_all(cursor)
    names: list[Word] = []
    while cursor.peek() != "[" and (word := read_word(cursor)) is not None:
        names.append(word)
        cursor.take(",")
    if not names:
        cursor.fail(
            "SPL-U2",
            "join on whatever fields both sides have is not supported",
            cursor.here(),
            "name the fields: join Computer [search …]",
        )
    pipeline = read_subsearch(cursor, "join")
    span = cursor.span(start)
    end_of_command(cursor, "join")
    outer, most, overwrite = options.get("type", False), options.get("max", 1), options.get("overwrite", True)
    return Join(tuple(names), pipeline, outer, most, overwrite, span)


def _outer(cursor: Cursor, name: str) -> bool:
    cursor.skip_blank()
    start = cursor.at
    kind = text(cursor, name)
    if kind.lower() not in ("inner", "left", "outer"):
        hint = "write type=inner or type=left"
        cursor.fail("SPL-U2", f"join type={kind} is not supported", cursor.span(start), hint)
    return kind.lower() != "inner"


_READERS: Readers = {
    "earlier": _TIMES,
    "left": _SHARED,
    "max": whole,
    "overwrite": truth,
    "right": _SHARED,
    "type": _outer,
    "usetime": _TIMES,
}
