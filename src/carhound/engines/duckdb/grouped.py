"""The events that a stem lets through, counted by values that they share."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlglot import exp

from carhound.engines.duckdb.files import EventFiles
from carhound.engines.sql.columns import EVENTS, alias, column, native
from carhound.engines.sql.stems import filter_of, scope
from carhound.engines.sql.unsayable import Unsayable
from carhound.model.event_table import EventTable
from carhound.model.presence import QUARTER
from carhound.model.windows import Window
from carhound.plan.predicates import tests
from carhound.plan.reads import test_fields
from carhound.plan.stems import Stem


class Group(Struct, frozen=True):
    """Events of one quarter of an hour with the same values."""

    values: Mapping[str, str | None]
    """By name, what `Event.lookup` gives."""
    computer: str | None
    first: datetime | None
    last: datetime | None
    events: int


def can_group(stem: Stem, table: EventTable) -> bool:
    """Whether columns alone tell what a stem lets through, and no alias has to be told of."""
    fields = [field for test in tests(stem.conditions) for field in test_fields(test)]
    try:
        aliased = any(alias(table, field) is not None for field in fields)
    except Unsayable:
        return False
    return not aliased and filter_of(stem, table).exact


def groups(files: EventFiles, stem: Stem, window: Window, names: Sequence[str]) -> Iterator[Group]:
    """The events that a stem lets through in a window, by native fields of these names.

    Odd events are left out. For a stem that `can_group`. Times are aware UTC.
    """
    table = files.table
    seconds = exp.func("EPOCH_US", column("time"))
    quarter = exp.IntDiv(this=seconds, expression=exp.Literal.number(QUARTER.seconds * 1_000_000))
    keys = [column("computer"), quarter, *(native(table, name) for name in names)]
    counted = [exp.Min(this=column("time")), exp.Max(this=column("time")), exp.Count(this=exp.Star())]
    said = filter_of(stem, table).condition
    query = (
        exp.select(*(exp.alias_(one, f"column_{at}") for at, one in enumerate([*counted, *keys])))
        .from_(EVENTS)
        .where(scope(stem, table, window), exp.not_(column("odd")), said)
        .group_by(*(key.copy() for key in keys))
    )
    for row in files.rows(query):
        first, last, events, computer, _, *values = row.values()
        yield Group(dict(zip(names, values, strict=True)), computer, first, last, events)
