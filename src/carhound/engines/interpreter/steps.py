"""One event on its way through a plan, step by step: what decides about it, and whether it goes on.

What hangs on other events (a subsearch, `dedup`, `head`, `eventstats`) can only be said with evidence at
hand.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct, field

from carhound.engines.interpreter.execution import run
from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.operators import operator
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row
from carhound.engines.interpreter.subsearch import row_matcher
from carhound.engines.interpreter.trace import Met, Trace, trace
from carhound.model.diagnostics import Span
from carhound.model.event import Event
from carhound.model.instants import format_time
from carhound.model.windows import Window
from carhound.plan.columns import makes
from carhound.plan.expressions import FieldValue
from carhound.plan.nodes import (
    Bin,
    Dedup,
    Eval,
    EventStats,
    FillDown,
    FillNull,
    Filter,
    Head,
    HeadWhile,
    Join,
    MvCombine,
    MvExpand,
    Node,
    Rename,
    Rex,
    Scan,
    Sort,
    StrCat,
    StreamStats,
    SubsearchFilter,
    Tail,
    by_row,
    chain,
    entry,
)
from carhound.plan.predicates import Field, Predicate, conjuncts, tests
from carhound.plan.reads import expression_fields, test_fields
from carhound.plan.show_operators import show_range, show_scan
from carhound.plan.show_predicates import one_line

Hits = Mapping[int, list[Event]]
"""By id() of the top node of each stem of a plan, the events of the evidence that it lets through."""

NEEDS_EVIDENCE = "this depends on other events, which only evidence can show (--evidence)"


class Step(Struct, frozen=True):
    """One thing that decides about the event."""

    kind: Literal["scan", "window", "clause", "subsearch", "command"]
    text: str
    span: Span | None
    holds: bool | None
    """Whether the event goes on; None where that depends on other events."""
    met: tuple[Met, ...] = ()
    trace: Trace | None = None
    """Of a clause."""
    window: Window | None = None
    """Of a window."""
    inner: "tuple[Step, ...]" = ()
    """Of a subsearch: the same event on its way through it, as one of the events that it looks at."""
    rows: int | None = None
    """Of a subsearch: the rows it gave."""
    remark: str = ""
    """What else a person must know."""


def steps(plan: Node, event: Event, moment: Moment, hits: Hits | None = None) -> tuple[Step, ...]:
    """The steps up to the first transforming command, or the end; `hits` where evidence was read."""
    return _Walk(event, moment, hits).path(entry(plan))


class _Walk(Struct):
    event: Event
    moment: Moment
    hits: Hits | None
    unknown: set[str] = field(default_factory=set)
    """Fields whose values hang on other events."""

    def path(self, plan: Node) -> tuple[Step, ...]:
        row = Row(self.event)
        made: list[Step] = []
        for node in chain(plan):
            match node:
                case Scan():
                    made += self.scan(node)
                case Filter(_, predicate):
                    made += [self.clause(one, row) for one in conjuncts(predicate)]
                case SubsearchFilter():
                    made.append(self.subsearch(node, row))
                case EventStats() | StreamStats():
                    row = self.beside_others(node, row)
                case Join():
                    step, row = self.joined(node, row)
                    made.append(step)
                case _ if by_row(node):
                    self.follow(node)
                    (row,) = operator(type(node))(node, [row], self.context())
                case _:
                    made += [self.command(node, *said) for said in _of_many(node)]
        return tuple(made)

    def context(self) -> Context:
        def rows(plan: Node) -> list[Row]:
            return run(plan, self.hits or {}, self.moment).rows

        return Context(self.moment, rows)

    def scan(self, scan: Scan) -> list[Step]:
        event = self.event
        inside = scan.dataset.holds(event.provider, event.channel)
        met = Met("provider", event.provider) if event.provider else Met("channel", event.channel)
        if scan.kinds is not None and inside:
            inside = bool(set(scan.kinds) & set(event.kinds))
            met = Met("kind", " or ".join(map("/".join, event.kinds)) or None)
        span = scan.span if scan.kinds is not None else None
        made = [Step("scan", show_scan(scan), span, inside, (met,))]
        window = self.moment.window(scan)
        if window.bounded:
            time = None if event.time is None else format_time(event.time)
            made.append(
                Step(
                    "window",
                    show_range(scan),
                    scan.span,
                    window.contains(event.time),
                    (Met("_time", time),),
                    window=window,
                    remark="an event without a time falls in no window" if time is None else "",
                )
            )
        return made

    def beside_others(self, node: EventStats | StreamStats, row: Row) -> Row:
        """The row with what it gets from the rows beside it, where there is evidence."""
        if self.hits is not None:
            found = run(node, self.hits, self.moment).rows
            return next((one for one in found if one.event is self.event), row)
        self.unknown.update(one.column for one in node.aggregations)
        return row

    def follow(self, node: Node) -> None:
        """Marks what is made of fields that are not known."""
        if isinstance(node, Rename):
            self.unknown.update(new for old, new in node.pairs if old in self.unknown)
        elif isinstance(node, Eval):
            for name, expression in node.assignments:
                if any(one.name in self.unknown for one in expression_fields(expression)):
                    self.unknown.add(name)
        elif isinstance(node, Bin | Rex) and node.field is not None and node.field.name in self.unknown:
            self.unknown.update(makes(node))
        elif isinstance(node, StrCat) and self.unknown & {
            part.name for part in node.parts if isinstance(part, FieldValue)
        }:
            self.unknown.add(node.target)

    def clause(self, predicate: Predicate, row: Row) -> Step:
        traced = trace(predicate, row, self.moment)
        read = {one.name for test in tests((predicate,)) for one in test_fields(test)}
        if read & self.unknown:
            return Step("clause", traced.text, traced.span, None, remark=NEEDS_EVIDENCE)
        return Step("clause", traced.text, traced.span, traced.holds, traced.met, traced)

    def subsearch(self, node: SubsearchFilter, row: Row) -> Step:
        text = "matches no row of the subsearch" if node.negated else "matches a row of the subsearch"
        inner = self.path(entry(node.subsearch))
        if self.hits is None:
            return Step("subsearch", text, node.span, None, inner=inner, remark=NEEDS_EVIDENCE)
        rows = [one.materialized() for one in run(node.subsearch, self.hits, self.moment).rows]
        match = next((one for one in rows if row_matcher([one], node.view)(row)), None)
        met = (
            ()
            if match is None
            else tuple(Met(name, value) for name, value in match.items() if not name.startswith("_"))
        )
        holds = (match is not None) is not node.negated
        return Step("subsearch", text, node.span, holds, met, inner=inner, rows=len(rows))

    def joined(self, node: Join, row: Row) -> tuple[Step, Row]:
        """Whether the row is joined with one of the subsearch, and the row it becomes."""
        text = "is joined with a row of the subsearch"
        inner = self.path(entry(node.subsearch))
        if self.hits is None:
            stays = True if node.outer else None
            return Step("subsearch", text, node.span, stays, inner=inner, remark=NEEDS_EVIDENCE), row
        others = self.context().subsearch(node.subsearch)
        made = list(operator(Join)(node, [row], self.context()))
        step = Step("subsearch", text, node.span, bool(made), inner=inner, rows=len(others))
        return step, made[0] if made else row

    def command(self, node: Node, text: str, remark: str) -> Step:
        if self.hits is None:
            remark += "; which those are only evidence can show (--evidence)"
        return Step("command", text, node.span, None, remark=remark)


def _of_many(node: Node) -> Iterator[tuple[str, str]]:
    """Of an operator that decides over many rows, its name and what becomes of them."""
    match node:
        case Dedup(_, fields, keep):
            said = "only the first row" if keep == 1 else f"only the first {keep} rows"
            yield f"dedup {_names(fields)}", f"{said} of each value stay"
        case Head(_, count):
            yield f"head {count}", "only the first rows stay"
        case HeadWhile():
            yield "head", "only the rows before the first on which the expression is not true stay"
        case Sort(limit=int(limit)):
            yield f"sort {limit}", "only the first rows stay"
        case Tail(_, count):
            yield f"tail {count}", "only the last rows stay"
        case FillNull() | FillDown():
            yield "fillnull" if isinstance(node, FillNull) else "filldown", "values come from other rows"
        case Bin(_, field):
            yield f"bin {_names((field,))}", "the bins depend on all rows"
        case MvExpand(_, field):
            yield f"mvexpand {_names((field,))}", "a row becomes one for each value"
        case MvCombine(_, field):
            yield f"mvcombine {_names((field,))}", "rows that differ in the field alone become one"


def _names(fields: tuple[Field, ...]) -> str:
    return ", ".join(one_line(field.name) for field in fields)
