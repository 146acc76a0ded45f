"""`join`: each row with what a row of a subsearch says that has the same values, exactly, in some fields.

Splunk's Search Reference, "join". There is no limit of rows where Splunk stops at 50,000.
"""

from dataclasses import dataclass, field

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.named_options import read_count, read_flag, read_options, read_subsearch
from carhound.languages.spl.search_expression import show_pipeline
from carhound.languages.spl.syntax import Lowering, Pipeline
from carhound.languages.spl.words import Word, end_of_command, read_word, show_name
from carhound.model.diagnostics import Span
from carhound.plan.nodes import Join as JoinNode
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field

_KNOWN = ("type", "max", "overwrite")
_REFUSED = {
    "earlier": "rows are not joined by their times: compare them with where",
    "left": "name the fields that both sides share: join Computer [search …]",
    "right": "name the fields that both sides share: join Computer [search …]",
    "usetime": "rows are not joined by their times: compare them with where",
}


@dataclass(frozen=True, slots=True)
class Join:
    """The parsed command."""

    names: tuple[Word, ...]
    pipeline: Pipeline
    outer: bool = False
    most: int = 1
    """Rows of the subsearch that one row is joined with; 0 is no limit."""
    overwrite: bool = True
    span: Span | None = field(default=None, compare=False)

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
    options = read_options(cursor, "join", _KNOWN, _REFUSED)
    kind = options.get("type", Word("inner"))
    if kind.text.lower() not in ("inner", "left", "outer"):
        span = kind.span or cursor.here()
        cursor.fail(
            "SPL-U2", f"join type={kind.text} is not supported", span, "write type=inner or type=left"
        )
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
    most = read_count(cursor, options, "max", 1)
    overwrite = read_flag(cursor, options, "overwrite", True)
    pipeline = read_subsearch(cursor, "join")
    span = cursor.span(start)
    end_of_command(cursor, "join")
    return Join(
        tuple(names), pipeline, kind.text.lower() != "inner", 1 if most is None else most, overwrite, span
    )
