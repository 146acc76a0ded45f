"""`tstats`: `stats` over a data set of Splunk's data model Endpoint: Processes, Filesystem or Registry.

Splunk's Search Reference, "tstats". There are no summaries here: it always looks at the events themselves.
"""

import re
from collections.abc import Callable

from msgspec.structs import replace

from carhound.languages.spl.aggregates import show_aggregates
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.data_model import SOURCE, DataSet, find_data_set
from carhound.languages.spl.field_names import read_fields
from carhound.languages.spl.grouped import read_aggregates
from carhound.languages.spl.options import Options, Readers, text, time_span, truth
from carhound.languages.spl.search_expression import parse_search, show_search
from carhound.languages.spl.syntax import (
    BareTerm,
    Comparison,
    Conjunction,
    Disjunction,
    Lowering,
    Membership,
    Negated,
    Search,
    SearchExpression,
    Subsearch,
)
from carhound.languages.spl.words import Word, end_of_command, quote, read_word, show_name, take_keyword
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.model.suggestion import nearest
from carhound.model.time_spans import TimeSpan
from carhound.plan.expressions import Call, Constant, Expression, FieldValue
from carhound.plan.nodes import Aggregation, Bin, Eval, Node, Rename, Stats, reads_nothing
from carhound.plan.predicates import Field

_READERS: Readers = {
    "allow_old_summaries": truth,
    "append": "write append [| tstats …]",
    "fillnull_value": text,
    "local": truth,
    "prestats": truth,
    "summariesonly": truth,
}
_BY = ("by", "groupby")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[()\[\]]|(?<=[\s)])(by|groupby)(?=\s)', re.IGNORECASE | re.DOTALL)
_NO_FIELDS = frozenset({"_time", "earliest", "latest", "index", "source", "sourcetype", "host", "eventtype"})
"""What has the same name in every data set."""


class TStats(Spanned, frozen=True):
    """The parsed command. Names are as written, `Processes.user`."""

    aggregates: tuple[Aggregation, ...]
    data_set: DataSet
    where: SearchExpression | None = None
    by: tuple[Word, ...] = ()
    width: TimeSpan | None = None
    """Of the bins that a by-field `_time` is put into."""
    filler: str | None = None
    """What a by-field that is missing counts as; without it, the row is left out."""
    span: Span | None = None

    def lower(self, source: Node, lowering: Lowering) -> Node:
        """The plan, which makes rows of its own."""
        terms: list[SearchExpression] = [
            Comparison(Word("source"), "=", Word(SOURCE)),
            Membership(Word("EventCode"), tuple(map(Word, self.data_set.event_ids))),
        ]
        if self.where is not None:
            terms.append(_renamed(self.where, lambda name: self.field(name, lowering), lowering))
        if not reads_nothing(source):
            hint = "write append [| tstats …] for rows after others"
            lowering.fail("SPL-P1", "tstats makes rows and comes first", self.span, hint)
        events = lowering.events(Search(Conjunction(tuple(terms)), self.span))
        by = tuple(self.field(name, lowering, grouped=True) for name in self.by)
        # A by-field and an aggregate may have one name once the data set's is dropped from the first.
        columns = [f"{self.data_set.name}: {one.column}" for one in self.aggregates]
        aggregations = []
        for one, column in zip(self.aggregates, columns, strict=True):
            of = one.field
            if of is not None:
                of = Field(self.field(Word(of.name, span=self.span), lowering, grouped=True).text)
            aggregations.append(replace(one, field=of, column=column))
        read = [one.text for one in by] + [one.field.name for one in aggregations if one.field is not None]
        if made := self.made_fields(read, {one.text for one in by}):
            events = Eval(events, made, self.span)
        if self.width is not None:
            # Beside _time itself, which aggregates may be of.
            bins = f"{self.data_set.name}: _time"
            events = Bin(events, Field("_time"), self.width, target=bins, span=self.span)
            by = tuple(replace(one, text=bins) if one.text == "_time" else one for one in by)
        counted = Stats(events, tuple(aggregations), tuple(Field(one.text) for one in by), self.span)
        pairs = [(one.text, name.text) for one, name in zip(by, self.by, strict=True)]
        pairs += [(column, one.column) for one, column in zip(self.aggregates, columns, strict=True)]
        return Rename(counted, tuple(pair for pair in pairs if pair[0] != pair[1]), self.span)

    def made_fields(self, read: list[str], by: set[str]) -> tuple[tuple[str, Expression], ...]:
        """What is put in the place of values that events do not have."""
        made: dict[str, Expression] = {
            name: Constant(value, self.span)
            for name, value in self.data_set.constants.items()
            if value and name in read
        }
        if self.filler is not None:
            filler = Constant(self.filler, self.span)
            for name in sorted(by - made.keys() - {"_time"}):
                made[name] = Call("coalesce", (FieldValue(name, self.span), filler), self.span)
        return tuple(made.items())

    def field(self, name: Word, lowering: Lowering, *, grouped: bool = False) -> Word:
        """The field of events that a field of the data set stands for."""
        if name.text in _NO_FIELDS:
            return name
        data_set, _, short = name.text.partition(".")
        if data_set == self.data_set.name and short in (
            {*self.data_set.fields, *self.data_set.constants} if grouped else self.data_set.fields
        ):
            return replace(name, text=short)
        known = [f"{self.data_set.name}.{one}" for one in sorted(self.data_set.fields)]
        near = nearest(name.text, known)
        hint = f"did you mean {near}?" if near else f"it has {', '.join(known)}"
        return lowering.fail(
            "SPL-K4", f"{name.text} is no field of Endpoint.{self.data_set.name} here", name.span, hint
        )

    def show(self) -> str:
        """Text that parses to the same tree."""
        where = "" if self.where is None else f" where {show_search(self.where)}"
        by = f" by {', '.join(show_name(name.text) for name in self.by)}" if self.by else ""
        width = "" if self.width is None else f" span={self.width}"
        aggregates = show_aggregates(self.aggregates)
        filler = "" if self.filler is None else f"fillnull_value={quote(self.filler)} "
        return f"tstats {filler}{aggregates} from datamodel=Endpoint.{self.data_set.name}{where}{by}{width}"


def _renamed(
    expression: SearchExpression, name_of: Callable[[Word], Word], lowering: Lowering
) -> SearchExpression:
    """The expression over the fields of events."""
    match expression:
        case Comparison(name) | Membership(name):
            return replace(expression, name=name_of(name))
        case Negated(item):
            return replace(expression, item=_renamed(item, name_of, lowering))
        case Conjunction(items) | Disjunction(items):
            return replace(expression, items=tuple(_renamed(item, name_of, lowering) for item in items))
        case BareTerm(Word(text), span):
            hint = f'write a field: Processes.process="*{text}*"'
            return lowering.fail("SPL-U2", "tstats looks for no bare terms", span, hint)
        case Subsearch(_, span):
            hint = "search the rows of tstats with it: | search [search …]"
            return lowering.fail("SPL-U3", "a subsearch in tstats is not supported", span, hint)


def parse(cursor: Cursor, start: int) -> TStats:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("tstats", _READERS).take_all(cursor)
    if options.get("prestats"):
        hint = "drop it: tstats gives what stats would"
        cursor.fail("SPL-U2", "tstats prestats=t is not supported", cursor.span(start), hint)
    aggregates = read_aggregates(cursor, options, "from", "where", *_BY)
    if not take_keyword(cursor, "from"):
        cursor.fail(
            "SPL-U2",
            "tstats without a data model is not supported",
            cursor.span(start, start + len("tstats")),
            "write from datamodel=Endpoint.Processes, or use search and stats",
        )
    model = _model(cursor)
    where = None
    if take_keyword(cursor, "where"):
        where = _where(cursor)
    where, node = _without_node(where)
    data_set = find_data_set(model.text, node)
    if data_set is None:
        cursor.fail(
            "SPL-U2",
            f"the data model {model.text} is not supported",
            model.span or cursor.here(),
            "there are Endpoint.Processes, .Filesystem and .Registry; else use search and stats",
        )
    groups = any(take_keyword(cursor, word) for word in _BY)
    by, width = _by(cursor) if groups else ((), None)
    span = cursor.span(start, len(cursor.text[: cursor.at].rstrip()))
    end_of_command(cursor, "tstats")
    return TStats(aggregates, data_set, where, by, width, options.get("fillnull_value"), span)


def _model(cursor: Cursor) -> Word:
    take_keyword(cursor, "datamodel")
    cursor.expect("=", "write from datamodel=Endpoint.Processes")
    model = read_word(cursor, value=True)
    if model is None:
        cursor.fail(
            "SPL-P1",
            f"datamodel= needs a name {cursor.found()}",
            cursor.here(),
            "write datamodel=Endpoint.Processes",
        )
    return model


def _where(cursor: Cursor) -> SearchExpression:
    """The condition, which ends at `by`."""
    text = cursor.text[: _end_of_where(cursor)]
    inner = Cursor(replace(cursor.source, text=text), cursor.at, cursor.remarks, cursor.subsearch)
    expression = parse_search(inner, inner.read_subsearch)
    cursor.at = inner.at
    return expression


def _end_of_where(cursor: Cursor) -> int:
    depth = 0
    for token in _TOKEN.finditer(cursor.text, cursor.at):
        if token[0] in ("(", "["):
            depth += 1
        elif token[0] in (")", "]"):
            depth -= 1
        elif token[1] and depth == 0:
            return token.start(1)
    return len(cursor.text)


def _without_node(expression: SearchExpression | None) -> tuple[SearchExpression | None, str | None]:
    """A condition without `nodename=…`, and what that names."""
    match expression:
        case Comparison(Word("nodename"), "=", value):
            return None, value.text
        case Conjunction(items):
            parts = [_without_node(item) for item in items]
            node = next((name for _, name in parts if name is not None), None)
            left = tuple(item for item, _ in parts if item is not None)
            return (left[0] if len(left) == 1 else Conjunction(left)), node
        case _:
            return expression, None


def _by(cursor: Cursor) -> tuple[tuple[Word, ...], TimeSpan | None]:
    options = Options("tstats by", {"span": time_span})
    names = read_fields(cursor, options)
    if not names:
        cursor.fail("SPL-P1", "by needs a field", cursor.here(), "write by Processes.process_name")
    width = options.get("span")
    if width is not None and all(name.text != "_time" for name in names):
        last = names[-1].span or cursor.here()
        cursor.fail("SPL-P1", "span= is about _time", last, "write by _time span=1h")
    return names, width
