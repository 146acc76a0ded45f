"""A stem as a query: what of the table it looks at, and what it asks.

Dataset, kinds, event ids, window and sequence are plain comparisons of columns that hold for every row, odd
ones too, so that files and row groups can be left out by their statistics.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from sqlglot import exp

from carhound.engines.sql.columns import EVENTS, column, is_null
from carhound.engines.sql.conditions import Conditions
from carhound.engines.sql.text import folded, storable, text
from carhound.model.datasets import Dataset
from carhound.model.event_table import BATCH_BITS, EventTable, tag_column
from carhound.model.windows import Window
from carhound.plan.predicates import All
from carhound.plan.rewrites.required_literals import RequiredLiterals, of_conditions
from carhound.plan.stems import Stem


class Filter(Struct, frozen=True):
    """What SQL says of a stem's conditions."""

    condition: exp.Expr
    """Judged by columns: true for every match that is not odd, and if `exact` for those alone."""
    reasons: tuple[str, ...]
    """Why the interpreter has to decide; none where the condition is exact."""
    tags: tuple[str, ...]
    """Literals whose tag columns let row groups be left out."""

    @property
    def exact(self) -> bool:
        """Whether the condition says all that the stem asks."""
        return not self.reasons


def filter_of(stem: Stem, table: EventTable) -> Filter:
    """The conditions of a stem over a table."""
    conditions = Conditions(table)
    said = conditions.of(All(stem.conditions))
    literals = [literal for group in _tagged(stem, table) for literal in group]
    return Filter(said, tuple(conditions.reasons), tuple(dict.fromkeys(literals)))


def scope(stem: Stem, table: EventTable, window: Window, after_batch: int = 0) -> exp.Expr:
    """What holds for every match of a stem, odd rows included."""
    parts = [eligible(stem), batches_after(after_batch), *_window(window)]
    parts += [_any([_tag(literal) for literal in group]) for group in _tagged(stem, table)]
    return exp.and_(*parts, copy=False)


def eligible(stem: Stem) -> exp.Expr:
    """What holds for every event of the kinds that a stem looks at, odd ones included."""
    parts = [_dataset(stem.scan.dataset), _kinds(stem.scan.kinds), _event_ids(stem)]
    known = [part for part in parts if part is not None]
    return exp.and_(*known, copy=False) if known else exp.true()


def batches_after(batch: int) -> exp.Expr:
    """What holds for every event ingested after a batch."""
    if not batch:
        return exp.true()
    return exp.GTE(this=column("sequence"), expression=exp.Literal.number((batch + 1) << BATCH_BITS))


def candidates(
    stem: Stem, table: EventTable, window: Window, columns: Iterable[str], after_batch: int = 0
) -> exp.Query:
    """Every row that may match, by `sequence`: those that the columns let through, and the odd ones.

    `sequence` has to be one of the columns.
    """
    within = scope(stem, table, window, after_batch)
    wanted = [exp.column(name, quoted=True) for name in columns]
    # Two queries, since a scan decides an AND of conditions column by column, but not an OR with `odd`.
    judged = exp.and_(exp.not_(column("odd")), filter_of(stem, table).condition, copy=False)
    halves = [
        exp.select(*wanted).from_(EVENTS).where(within, half, copy=False) for half in (judged, column("odd"))
    ]
    return exp.union(*halves, distinct=False).order_by(exp.column("sequence", quoted=True))


def odd_rows(stem: Stem, table: EventTable, window: Window, columns: Iterable[str]) -> exp.Select:
    """The rows in the scope of a stem that no column can judge."""
    wanted = [exp.column(name, quoted=True) for name in columns]
    return exp.select(*wanted).from_(EVENTS).where(scope(stem, table, window), column("odd"), copy=False)


def _dataset(dataset: Dataset) -> exp.Expr | None:
    provider, channel = column("provider"), column("channel")
    by_channel = None if dataset.channel is None else _is(channel, dataset.channel)
    if dataset.provider is None:
        return by_channel
    by_provider = _is(provider, dataset.provider)
    if by_channel is None:
        return by_provider
    return exp.or_(by_provider, exp.and_(is_null(provider), by_channel), copy=False)


def _is(value: exp.Expr, name: str) -> exp.Expr:
    return exp.EQ(this=folded(value), expression=text(name))


def _kinds(kinds: tuple[tuple[str, str], ...] | None) -> exp.Expr | None:
    if kinds is None:
        return None
    comma = exp.Literal.string(",")
    listed = exp.Concat(expressions=[comma, column("kinds"), comma.copy()])
    wanted = [exp.Literal.string(f",{kind}/{action},") for kind, action in kinds]
    return _any([exp.Contains(this=listed.copy(), expression=one) for one in wanted])


def _event_ids(stem: Stem) -> exp.Expr | None:
    ids = stem.event_ids()
    if ids is None:
        return None
    wanted = [text(one) for one in sorted(ids) if storable(one)]
    return exp.In(this=column("event_id"), expressions=wanted) if wanted else exp.false()


def _window(window: Window) -> list[exp.Expr]:
    parts: list[exp.Expr] = []
    if window.earliest is not None:
        parts.append(exp.GTE(this=column("time"), expression=_instant(window.earliest)))
    if window.latest is not None:
        parts.append(exp.LT(this=column("time"), expression=_instant(window.latest)))
    return parts


def _instant(time: datetime) -> exp.Expr:
    return exp.cast(exp.Literal.string(time.isoformat()), "timestamptz")


def _tagged(stem: Stem, table: EventTable) -> list[tuple[str, ...]]:
    """The literals of the table of which every match holds one of each group."""
    opinion = of_conditions(stem.conditions)
    if not isinstance(opinion, RequiredLiterals):
        return []
    groups = []
    for group in opinion.groups:
        # Where a literal stands, a part of it does.
        parts = [[one for one in table.literals if one in literal] for literal in group]
        if all(parts):
            groups.append(tuple(dict.fromkeys(max(found, key=len) for found in parts)))
    return groups


def _tag(literal: str) -> exp.Expr:
    """The literal stands in the event, or nobody looked."""
    tag = column(tag_column(literal))
    return exp.or_(tag, is_null(tag.copy()), copy=False)


def _any(items: list[exp.Expr]) -> exp.Expr:
    return exp.paren(exp.or_(*items, copy=False), copy=False) if items else exp.false()
