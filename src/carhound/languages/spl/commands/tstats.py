"""`tstats`: `stats` over a data set of Splunk's data model Endpoint: Processes, Filesystem or Registry.

Splunk's Search Reference, "tstats". There are no summaries here: it always looks at the events themselves.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from carhound.languages.spl.commands import stats
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.data_model import SOURCE, DataSet, find_data_set
from carhound.languages.spl.named_options import read_flag, read_options
from carhound.languages.spl.search_expression import parse_search, show_search
from carhound.languages.spl.syntax import (
    BareTerm,
    Comparison,
    Conjunction,
    Disjunction,
    Lowering,
    Membership,
    Negated,
    PipedCommand,
    Search,
    SearchExpression,
    Subsearch,
)
from carhound.languages.spl.words import Word, end_of_command, quote, read_word, show_name, take_keyword
from carhound.model.diagnostics import Source, Span
from carhound.model.suggestion import nearest
from carhound.plan.expressions import Call, Constant, Expression, FieldValue
from carhound.plan.nodes import Eval, Node, Rename, Stats, reads_nothing
from carhound.plan.predicates import Field

_KNOWN = ("allow_old_summaries", "fillnull_value", "local", "prestats", "summariesonly")
_REFUSED = {
    "append": "write append [| tstats …]",
}
_FROM = re.compile(r'"(?:[^"\\]|\\.)*"|\b(from)\s+datamodel\s*=', re.IGNORECASE | re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[()\[\]]|(?<=[\s)])(by|groupby)(?=\s)', re.IGNORECASE | re.DOTALL)
_NO_FIELDS = frozenset({"_time", "earliest", "latest", "index", "source", "sourcetype", "host", "eventtype"})
"""What has the same name in every data set."""


@dataclass(frozen=True, slots=True)
class TStats:
    """The parsed command. Names are as written, `Processes.user`."""

    aggregates: PipedCommand
    """What `stats` makes of the aggregates."""
    data_set: DataSet
    where: SearchExpression | None = None
    by: tuple[Word, ...] = ()
    filler: str | None = None
    """What a by-field that is missing counts as; without it, the row is left out."""
    span: Span | None = field(default=None, compare=False)

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
        grouped = self.aggregates.lower(events, lowering)
        if not isinstance(grouped, Stats):
            raise TypeError("stats makes a plan of stats")
        by = tuple(self.field(name, lowering, grouped=True) for name in self.by)
        # A by-field and an aggregate may have one name once the data set's is dropped from the first.
        columns = [f"{self.data_set.name}: {one.column}" for one in grouped.aggregations]
        aggregations = []
        for one, column in zip(grouped.aggregations, columns, strict=True):
            of = one.field
            if of is not None:
                of = Field(self.field(Word(of.name, span=self.span), lowering, grouped=True).text)
            aggregations.append(replace(one, field=of, column=column))
        read = [one.text for one in by] + [one.field.name for one in aggregations if one.field is not None]
        made = self.made_fields(read, {one.text for one in by})
        counted = replace(
            grouped,
            input=Eval(events, made, self.span) if made else events,
            aggregations=tuple(aggregations),
            by=tuple(Field(one.text) for one in by),
            span=self.span,
        )
        pairs = [(one.text, name.text) for one, name in zip(by, self.by, strict=True)]
        pairs += [(column, one.column) for one, column in zip(grouped.aggregations, columns, strict=True)]
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
        aggregates = self.aggregates.show().removeprefix("stats ")
        filler = "" if self.filler is None else f"fillnull_value={quote(self.filler)} "
        return f"tstats {filler}{aggregates} from datamodel=Endpoint.{self.data_set.name}{where}{by}"


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
    options = read_options(cursor, "tstats", _KNOWN, _REFUSED)
    if read_flag(cursor, options, "prestats", False):
        hint = "drop it: tstats gives what stats would"
        cursor.fail("SPL-U2", "tstats prestats=t is not supported", cursor.span(start), hint)
    aggregates = _aggregates(cursor, start)
    take_keyword(cursor, "from")
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
    by = _by(cursor) if any(take_keyword(cursor, word) for word in ("by", "groupby")) else ()
    span = cursor.span(start, len(cursor.text[: cursor.at].rstrip()))
    end_of_command(cursor, "tstats")
    filler = options.get("fillnull_value")
    return TStats(aggregates, data_set, where, by, None if filler is None else filler.text, span)


def _aggregates(cursor: Cursor, start: int) -> PipedCommand:
    """What stands before `from`, read as `stats` does."""
    found = next((one for one in _FROM.finditer(cursor.text, cursor.at) if one[1]), None)
    if found is None:
        cursor.fail(
            "SPL-U2",
            "tstats without a data model is not supported",
            cursor.span(start, start + len("tstats")),
            "write from datamodel=Endpoint.Processes, or use search and stats",
        )
    before = Cursor(Source(cursor.text[: found.start()], cursor.source.name), cursor.at, cursor.remarks)
    aggregates = stats.parse(before, cursor.at)
    cursor.at = found.start()
    return aggregates


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
            return Conjunction(tuple(item for item, _ in parts if item is not None)), node
        case _:
            return expression, None


def _by(cursor: Cursor) -> tuple[Word, ...]:
    names: list[Word] = []
    while not cursor.ends() and (name := read_word(cursor)) is not None:
        if cursor.peek() == "=":
            cursor.fail(
                "SPL-U2",
                f"tstats by {name.text}= is not supported",
                name.span or cursor.here(),
                "group by other fields, or use search, bin and stats",
            )
        names.append(name)
        cursor.take(",")
    if not names:
        cursor.fail("SPL-P1", "by needs a field", cursor.here(), "write by Processes.process_name")
    return tuple(names)
