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
    filled = exp.Sum(
        this=exp.cast(
            exp.and_(has_value(line), exp.NEQ(this=line.copy(), expression=exp.Literal.string(""))), "int"
        )
    )
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

    Odd events are left out, since their columns need not say what they carry: see `odd_events`. A field that
    no column can say is taken to be carried.
    """
    met: list[exp.Expr] = []
    for name in need.carriers:
        met.append(has_value(native(files.table, name)))
    for field in need.fields:
        try:
            met.append(has_value(read(files.table, field)))
        except Unsayable:
            met.append(exp.true())
    named = exp.Nullif(this=column("provider"), expression=exp.Literal.string(""))
    source = exp.Coalesce(this=named, expressions=[column("channel")])
    query = (
        exp.select(column("file"), exp.alias_(source, "source"))
        .distinct()
        .from_(EVENTS)
        .where(eligible(stem), batches_after(after_batch), exp.not_(column("odd")), exp.or_(*met, copy=False))
    )
    for row in files.rows(query):
        yield row["file"], row["source"]


def odd_events(files: EventFiles, stem: Stem, after_batch: int) -> Iterator[Row]:
    """The records, with `RECORD_COLUMNS`, of odd events of these kinds."""
    query = exp.select(*map(column, RECORD_COLUMNS)).from_(EVENTS)
    return files.rows(query.where(eligible(stem), batches_after(after_batch), column("odd")))
