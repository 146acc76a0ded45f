"""Which events some files hold, by where they come from: what could be judged at all."""

from collections.abc import Iterator
from datetime import datetime

from sqlglot import exp

from carhound.engines.duckdb.files import EventFiles, Row
from carhound.engines.sql.columns import EVENTS, column, native, read
from carhound.engines.sql.columns import present as has_value
from carhound.engines.sql.stems import batches_after, eligible
from carhound.engines.sql.unsayable import Unsayable
from carhound.model.event_table import RECORD_COLUMNS
from carhound.model.presence import QUARTER
from carhound.plan.needs import Need
from carhound.plan.predicates import Field
from carhound.plan.stems import Stem

Sent = tuple[
    str,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
    int,
    int,
    datetime | None,
    datetime | None,
]
"""File, provider, channel, event id, kinds, computer; events, those with CommandLine; first and last time."""

_WHAT = ("file", "provider", "channel", "event_id", "kinds", "computer")


def sent(files: EventFiles, after_batch: int) -> Iterator[Sent]:
    """How many events of each kind each file brought from each computer."""
    line = native(files.table, "CommandLine")
    told = exp.and_(has_value(line), exp.NEQ(this=line.copy(), expression=exp.Literal.string("")))
    # The record of an odd event may be no JSON to SQL, but it has its names in quotes that no value has.
    named = exp.Contains(this=column("data"), expression=exp.Literal.string('"CommandLine":'))
    filled = exp.Sum(this=exp.cast(_where_odd(named, told), "int"))
    what = [column(name) for name in _WHAT]
    counted = [
        exp.Count(this=exp.Star()),
        filled,
        exp.Min(this=column("time")),
        exp.Max(this=column("time")),
    ]
    query = exp.select(*what, *(exp.alias_(one, f"count_{number}") for number, one in enumerate(counted)))
    query = query.from_(EVENTS).where(batches_after(after_batch)).group_by(*(one.copy() for one in what))
    for row in files.rows(query):
        *about, events, lines, first, last = row.values()
        yield (*about, events, int(lines or 0), first, last)


def present(files: EventFiles, stem: Stem, after_batch: int) -> Iterator[tuple[str | None, int]]:
    """The computers, and quarters of an hour since 1970, with events of the kinds a stem looks at."""
    seconds = exp.func("EPOCH_US", column("time"))
    # SQL divides towards zero, and quarters before 1970 are counted downwards.
    early = exp.cast(exp.LT(this=seconds, expression=exp.Literal.number(0)), "bigint")
    size = QUARTER.seconds * 1_000_000
    lowered = exp.Sub(
        this=seconds.copy(), expression=exp.Mul(this=early, expression=exp.Literal.number(size - 1))
    )
    quarter = exp.IntDiv(this=exp.paren(lowered), expression=exp.Literal.number(size))
    query = (
        exp.select(column("computer"), exp.alias_(quarter, "quarter"))
        .distinct()
        .from_(EVENTS)
        .where(eligible(stem), batches_after(after_batch), has_value(column("time")))
    )
    for row in files.rows(query):
        yield row["computer"], row["quarter"]


def carried(files: EventFiles, stem: Stem, need: Need, after_batch: int) -> Iterator[tuple[str, str | None]]:
    """The files, and providers (or channels) in them, with an event of these kinds that meets the need.

    Only as far as columns say what events carry; the others are those of `unsaid`.
    """
    met: list[exp.Expr] = []
    for name in need.carriers:
        met.append(has_value(native(files.table, name)))
    for field in need.fields:
        if (value := _said(files, field)) is not None:
            met.append(has_value(value))
    named = exp.Nullif(this=column("provider"), expression=exp.Literal.string(""))
    source = exp.Coalesce(this=named, expressions=[column("channel")])
    carries = _where_odd(exp.false(), exp.or_(exp.false(), *met, copy=False))
    query = exp.select(column("file"), exp.alias_(source, "source")).distinct().from_(EVENTS)
    query = query.where(eligible(stem), batches_after(after_batch), carries)
    for row in files.rows(query):
        yield row["file"], row["source"]


def unsaid(files: EventFiles, stem: Stem, need: Need, after_batch: int) -> Iterator[Row]:
    """The records, with `RECORD_COLUMNS`, of events of these kinds whose columns do not say what they carry.

    That is odd ones, and where a field of the need has no column, all.
    """
    doubtful = exp.true() if None in [_said(files, field) for field in need.fields] else column("odd")
    query = exp.select(*map(column, RECORD_COLUMNS)).from_(EVENTS)
    return files.rows(query.where(eligible(stem), batches_after(after_batch), doubtful))


def _said(files: EventFiles, field: Field) -> exp.Expr | None:
    """The text of a field; None where no column says it."""
    try:
        return read(files.table, field)
    except Unsayable:
        return None


def _where_odd(odd: exp.Expr, other: exp.Expr) -> exp.Expr:
    """One condition for odd rows, one for the others, of which alone the record is read as JSON."""
    return exp.Case(ifs=[exp.If(this=column("odd"), true=odd)], default=other)
