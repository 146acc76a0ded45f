"""The events that a stack counts, and what is kept of them."""

from collections.abc import Iterable
from datetime import datetime
from itertools import product

from carhound.engines.interpreter.aliases import AliasesUsed
from carhound.engines.interpreter.rows import Row, getter, texts
from carhound.findings.stacking import Stack
from carhound.model.event import Event
from carhound.model.suggestion import nearest
from carhound.model.windows import Window
from carhound.plan.predicates import Field

_MOST_KINDS = 1000
"""Kinds of events whose field names are looked at for a suggestion."""


class Counting:
    """Takes the events that match, and keeps of them what is stacked."""

    def __init__(
        self, fields: tuple[str, ...], stacked: Stack, window: Window, read: Iterable[Field]
    ) -> None:
        """`read` are all the fields that are read of events, theirs and those of conditions."""
        self.fields = fields
        self.window = window
        self.matched = 0
        self.lacking = 0
        self._read = [getter(Field(name)) for name in fields]
        self._stacked = stacked
        self.aliases = AliasesUsed(read)
        self._kinds: dict[tuple[str | None, str | None], None] = {}
        self._names: dict[str, None] = {}
        self._standing: Event | None = None

    def take(self, event: Event) -> Event:
        """Counts an event; the first one stands for all, so that a collector keeps no other."""
        self._standing = self._standing or event
        if self.window.contains(event.time) and not self.count(Row(event), event.computer, (event.time,)):
            self.note_names(event)
        return self._standing

    def count(
        self, row: Row, computer: str | None, times: Iterable[datetime | None], events: int = 1
    ) -> bool:
        """Counts events with the values of a row; whether it has all of the fields. See `Stack.add`."""
        self.matched += events
        self.aliases.note((row,))
        found = [texts(one(row)) for one in self._read]
        if not all(found):
            self.lacking += events
            return False
        for values in product(*found):
            self._stacked.add(values, computer, times, events)
        return True

    def near(self, name: str) -> str | None:
        """A field much like this one, of those that events without it have."""
        return nearest(name, self._names)

    def note_names(self, event: Event) -> None:
        """Takes note of what fields an event has that lacks one."""
        kind = (event.provider, event.event_id)
        if kind not in self._kinds and len(self._kinds) < _MOST_KINDS:
            self._kinds[kind] = None
            self._names.update(dict.fromkeys(event.native))
