"""`makeresults`: rows with the time of the run alone, one unless told.

Splunk's Search Reference, "makeresults".
"""

from dataclasses import dataclass, field

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.named_options import read_count, read_options
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import end_of_command
from carhound.model.diagnostics import Span
from carhound.plan.expressions import Call
from carhound.plan.lookup_table import LookupTable
from carhound.plan.nodes import Eval, Node, TableRows, reads_nothing

_MOST = 1_000_000
_REFUSED = dict.fromkeys(("annotate", "data", "format"), "make fields with eval")


@dataclass(frozen=True, slots=True)
class MakeResults:
    """The parsed command."""

    count: int = 1
    span: Span | None = field(default=None, compare=False)

    def lower(self, source: Node, lowering: Lowering) -> Node:
        """The plan, which makes rows of its own."""
        if not reads_nothing(source):
            hint = "write append [| makeresults]"
            lowering.fail("SPL-P1", "makeresults makes rows and comes first", self.span, hint)
        rows = TableRows(source, LookupTable("makeresults", (), ((),) * self.count), span=self.span)
        return Eval(rows, (("_time", Call("now", (), self.span)),), self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return f"makeresults count={self.count}"


def parse(cursor: Cursor, start: int) -> MakeResults:
    """Reads what follows the command's name, which begins at `start`."""
    options = read_options(cursor, "makeresults", ("count",), _REFUSED)
    count = read_count(cursor, options, "count", 1)
    span = cursor.span(start)
    if count is not None and count > _MOST:
        cursor.fail("SPL-U2", f"makeresults gives at most {_MOST:,} rows", span, "make fewer")
    end_of_command(cursor, "makeresults")
    return MakeResults(1 if count is None else count, span)
