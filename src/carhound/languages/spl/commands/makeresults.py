"""`makeresults`: rows with the time of the run alone, one unless told.

Splunk's Search Reference, "makeresults".
"""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.options import Options, Readers, whole
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import end_of_command
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.expressions import Call
from carhound.plan.lookup_table import LookupTable
from carhound.plan.nodes import Eval, Node, TableRows, reads_nothing

_MOST = 1_000_000
_EVAL = "make fields with eval"
_READERS: Readers = {"annotate": _EVAL, "count": whole, "data": _EVAL, "format": _EVAL}


class MakeResults(Spanned, frozen=True):
    """The parsed command."""

    count: int = 1
    span: Span | None = None

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
    count = Options("makeresults", _READERS).take_all(cursor).get("count", 1)
    span = cursor.span(start)
    if count > _MOST:
        cursor.fail("SPL-U2", f"makeresults gives at most {_MOST:,} rows", span, "make fewer")
    end_of_command(cursor, "makeresults")
    return MakeResults(count, span)
