"""`stack` over a lake."""

from collections.abc import Iterator
from itertools import islice

from carhound.engines.duckdb.files import EventFiles
from carhound.engines.duckdb.grouped import can_group, groups
from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.rows import Row
from carhound.engines.sql.stems import odd_rows
from carhound.findings.identity import Registry
from carhound.model.event import Event
from carhound.model.event_table import RECORD_COLUMNS
from carhound.model.names import NATIVE_ALIASES
from carhound.pipeline.gathered import Gathered
from carhound.pipeline.lakes.judgeable import judgeable
from carhound.pipeline.lakes.memory import Memory
from carhound.pipeline.lakes.over_lake import ENGINE, account, open_lake
from carhound.pipeline.request import Request
from carhound.pipeline.stacking.counting import Counting
from carhound.plan.predicates import All
from carhound.plan.stems import Stem

_LOOKED_AT = 5000
"""Events of which the names of fields are noted, where none has those asked for."""


def stack_lake(request: Request, stem: Stem, counting: Counting, moment: Moment, now_from: str) -> Gathered:
    """Counts what the lake of a request holds of a stem. Raises LakeError."""
    memory, registry = Memory(open_lake(request)), Registry()
    with EventFiles(memory.lake.table, memory.lake.files(counting.window)) as files:
        asked = _Asked(memory, files, stem, counting)
        asked.count()
    found = judgeable(memory, stem)
    reading, hosts = account(memory, registry, {0: found})
    memory.close()
    return Gathered(reading, {0: found.events.total()}, {}, hosts, lambda *_: (), moment, now_from, ENGINE)


class _Asked:
    def __init__(self, memory: Memory, files: EventFiles, stem: Stem, counting: Counting) -> None:
        self.memory = memory
        self.files = files
        self.stem = stem
        self.counting = counting
        self.holds = condition(All(stem.conditions))

    def count(self) -> None:
        """Counts in SQL what columns tell, and the rest event by event."""
        counting, table = self.counting, self.files.table
        if "_time" in counting.fields or not can_group(self.stem, table):
            for event in self._matches():
                counting.take(event)
            return
        # The interpreter reads a field from the others that serve for it, as it does of events.
        served = [NATIVE_ALIASES[name].field for name in counting.fields if name in NATIVE_ALIASES]
        names = tuple(dict.fromkeys((*counting.fields, *served)))
        for one in groups(self.files, self.stem, counting.window, names):
            counting.count(Row(None, one.values), one.computer, (one.first, one.last), one.events)
        odd = odd_rows(self.stem, table, counting.window, RECORD_COLUMNS)
        for row in self.files.rows(odd):
            event = self.memory.as_event(row)
            if self.holds(Row(event)):
                counting.take(event)
        if counting.lacking == counting.matched:
            for event in islice(self._matches(), _LOOKED_AT):
                counting.note_names(event)

    def _matches(self) -> Iterator[Event]:
        for row in self.files.matches(self.stem, self.counting.window):
            event = self.memory.as_event(row)
            if self.holds(Row(event)):
                yield event
