"""`top` and `rare`: the commonest or the rarest values with count and percent, ten unless told."""

from typing import Any

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.field_names import read_some_fields
from carhound.languages.spl.options import Options, Readers, show_options, text, truth, whole
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, end_of_command, read_integer, show_name, take_keyword
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Node
from carhound.plan.nodes import Top as TopNode
from carhound.plan.predicates import Field

_DEFAULTS: dict[str, Any] = {
    "limit": 10,
    "countfield": "count",
    "percentfield": "percent",
    "showcount": True,
    "showperc": True,
    "useother": False,
    "otherstr": "OTHER",
}
_READERS: Readers = {
    "limit": whole,
    "countfield": text,
    "percentfield": text,
    "showcount": truth,
    "showperc": truth,
    "useother": truth,
    "otherstr": text,
}
_NO_OTHER = "rare has no row of other values; only top has"
_RARE_READERS = {**_READERS, "useother": _NO_OTHER, "otherstr": _NO_OTHER}


class Top(Spanned, frozen=True):
    """The parsed command; `options` are those that were given."""

    names: tuple[Word, ...]
    by: tuple[Word, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    rare: bool = False
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        options = _DEFAULTS | dict(self.options)
        return TopNode(
            source,
            tuple(Field(name.text) for name in self.names),
            options["limit"],
            tuple(Field(name.text) for name in self.by),
            self.rare,
            options["countfield"] if options["showcount"] else None,
            options["percentfield"] if options["showperc"] else None,
            options["otherstr"] if options["useother"] else None,
            self.span,
        )

    def show(self) -> str:
        """Text that parses to the same tree."""
        options = show_options(dict(self.options), {})
        by = f" BY {_list(self.by)}" if self.by else ""
        return f"{'rare' if self.rare else 'top'}{options} {_list(self.names)}{by}"


def parse(cursor: Cursor, start: int) -> Top:
    """Reads what follows the command's name, which begins at `start`."""
    return _parse(cursor, start, rare=False)


def parse_rare(cursor: Cursor, start: int) -> Top:
    """The same for `rare`."""
    return _parse(cursor, start, rare=True)


def _parse(cursor: Cursor, start: int, *, rare: bool) -> Top:
    command, readers = ("rare", _RARE_READERS) if rare else ("top", _READERS)
    options = Options(command, readers).take_all(cursor)
    limit = read_integer(cursor)
    if limit is not None:
        options.given["limit"] = limit
    names = read_some_fields(cursor, options, "by")
    by = read_some_fields(cursor, options) if take_keyword(cursor, "by") else ()
    end_of_command(cursor, command)
    return Top(names, by, tuple(options.given.items()), rare, cursor.span(start))


def _list(names: tuple[Word, ...]) -> str:
    return ", ".join(show_name(name.text) for name in names)
