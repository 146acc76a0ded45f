"""Events as the files that a lake is made of."""

from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.execution import Result
from carhound.engines.interpreter.rows import Row
from carhound.lake.records import as_raw_event
from carhound.lake.rows import as_row, to_arrow
from carhound.model.event import Event
from carhound.model.event_table import BATCH_BITS, EventTable
from carhound.model.names import NATIVE_ALIASES
from carhound.normalize.normalizer import Normalizer
from carhound.plan.nodes import Node
from carhound.plan.predicates import All
from carhound.plan.reads import fields_read
from carhound.plan.rewrites.required_literals import RequiredLiterals, of_conditions
from carhound.plan.stems import Stem, stems

BARE = EventTable()
_HEADER = {"EventCode", "EventID", "Computer", "Channel", "SourceName", "EventRecordID", "_time"}
_numbers = count()
_normalizer = Normalizer()


def full_table(plans: Iterable[Node]) -> EventTable:
    """A table with a column for every field and a tag for every literal that the plans look at."""
    taken = {name.lower() for name in (*BARE.columns, *_HEADER)}
    columns: dict[str, str] = {}
    car: dict[str, None] = {}
    literals: dict[str, None] = {}
    for plan in plans:
        for field in (one.field for one in fields_read(plan)):
            if field.view == "car":
                car[field.name] = None
                continue
            alias = NATIVE_ALIASES.get(field.name)
            for name in (field.name, alias.field if alias else ""):
                if name.isidentifier() and name.lower() not in taken:
                    columns.setdefault(name.lower(), name)
        for stem in stems(plan):
            opinion = of_conditions(stem.conditions)
            if isinstance(opinion, RequiredLiterals):
                literals.update(dict.fromkeys(one for group in opinion.groups for one in group))
    return EventTable(tuple(columns.values()), tuple(car), tuple(literals))


def write(events: Sequence[Event], table: EventTable, folder: Path, group: int = 2) -> list[str]:
    """Writes events into two files, one batch each, `group` rows in a row group.

    The event's `sequence` becomes that of its row.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    half = (len(events) + 1) // 2
    for batch, part in enumerate((events[:half], events[half:]), 1):
        for number, event in enumerate(part):
            event.sequence = (batch << BATCH_BITS) + number
        path = folder / f"{next(_numbers)}.parquet"
        rows = [as_row(event, table, event.sequence) for event in part]
        pq.write_table(to_arrow(rows, table), path, row_group_size=group)
        paths.append(str(path))
    return paths


def as_event(row: Any) -> Event:
    """The event of a row."""
    event = _normalizer.event(as_raw_event(row), row["file"], row["shape"])
    event.sequence = row["sequence"]
    return event


def hits(stem: Stem, events: Iterable[Event]) -> list[Event]:
    """What the interpreter lets through, windows aside."""
    holds = condition(All(stem.conditions))
    ids, kinds = stem.event_ids(), stem.scan.kinds
    return [
        one
        for one in events
        if stem.scan.dataset.holds(one.provider, one.channel)
        and (kinds is None or set(kinds) & set(one.kinds))
        and (ids is None or one.event_id in ids)
        and holds(Row(one))
    ]


def shown(result: Result) -> Any:
    rows = [
        (row.event.sequence if row.event is not None else None, row.columns and dict(row.columns))
        for row in result.rows
    ]
    return result.columns, rows
