"""`dedup`: the first rows for each combination of values; rows lacking a field go (Splunk's default)."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.field_names import read_some_fields
from carhound.languages.spl.options import Options, show_options, truth
from carhound.languages.spl.sort_keys import Key, read_keys, show_keys
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, end_of_command, read_integer, show_name, take_keyword
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Dedup as DedupNode
from carhound.plan.nodes import Node, Sort
from carhound.plan.predicates import Field

_READERS = {"consecutive": truth, "keepempty": truth, "keepevents": truth}


class Dedup(Spanned, frozen=True):
    """The parsed command."""

    names: tuple[Word, ...]
    keep: int = 1
    keep_events: bool = False
    keep_empty: bool = False
    consecutive: bool = False
    sort_by: tuple[Key, ...] = ()
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`, which is sorted first where it shall be."""
        if self.sort_by:
            source = Sort(source, tuple(key.lower() for key in self.sort_by), None, self.span)
        fields = tuple(Field(name.text) for name in self.names)
        options = (self.keep_events, self.keep_empty, self.consecutive)
        return DedupNode(source, fields, self.keep, *options, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        options = {
            "keepevents": self.keep_events,
            "keepempty": self.keep_empty,
            "consecutive": self.consecutive,
        }
        names = ", ".join(show_name(name.text) for name in self.names)
        sort_by = f" sortby {show_keys(self.sort_by)}" if self.sort_by else ""
        return f"dedup {self.keep} {names}{show_options(options, dict.fromkeys(options, False))}{sort_by}"


def parse(cursor: Cursor, start: int) -> Dedup:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("dedup", _READERS).take_all(cursor)
    keep = read_integer(cursor)
    if keep == 0:
        cursor.fail(
            "SPL-P1", "dedup keeps at least one row", cursor.span(start), "write dedup 1 or drop the number"
        )
    names = read_some_fields(cursor, options, "sortby")
    sort_by = read_keys(cursor, "sortby") if take_keyword(cursor, "sortby") else ()
    end_of_command(cursor, "dedup")
    return Dedup(
        names,
        1 if keep is None else keep,
        options.get("keepevents", False),
        options.get("keepempty", False),
        options.get("consecutive", False),
        sort_by,
        cursor.span(start),
    )
