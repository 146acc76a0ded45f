"""A lake and what has been found in it: asked batch by batch, each event once for each question.

What asks the files is loaded when they have something new to say: it takes as long as all else.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from carhound.engines.interpreter.carrying import meets
from carhound.engines.interpreter.collect import can_match
from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.rows import Row
from carhound.lake.glance import Readable
from carhound.lake.history import History, Match, Sent
from carhound.lake.records import as_raw_event, pack, unpack
from carhound.model.event import Event
from carhound.model.windows import NO_BOUNDS, Window
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.keys import raw_field
from carhound.pipeline.lakes.topics import Eligible, Matching, known_key
from carhound.plan.needs import Need
from carhound.plan.predicates import All
from carhound.plan.stems import Stem

if TYPE_CHECKING:
    from carhound.engines.duckdb.files import EventFiles

_SENT = "sent"


class Memory:
    """What is known of a lake, up to its newest batch."""

    def __init__(self, lake: Readable) -> None:
        """Opens what is remembered beside the lake, less what the lake no longer holds. Raises LakeError."""
        self.lake = lake
        self.history = History.of(lake)
        self.newest = lake.newest_batch()
        self._normalizer = Normalizer()
        self._events: dict[int, Event] = {}
        self._files: dict[int, EventFiles] = {}
        self._sent: list[Sent] | None = None

    def close(self) -> None:
        """Lets go of the lake's files."""
        for files in self._files.values():
            files.close()
        self.history.close()

    def event(self, match: Match) -> Event:
        """The event of a match, the same object each time."""
        event = self._events.get(match.sequence)
        if event is None:
            event = self._events[match.sequence] = self.as_event(unpack(match.record))
        return event

    def as_event(self, row: Mapping[str, Any]) -> Event:
        """The event of a row of the lake."""
        event = self._normalizer.event(as_raw_event(row), row["file"], row["shape"])
        event.sequence = row["sequence"]
        return event

    def all_files(self) -> "EventFiles":
        """Every event of the lake."""
        return self._since(0)

    def learn_matches(self, topic: Matching) -> None:
        """Brings the matches of a stem up to date."""
        since = self.history.covered(topic.name)
        if since < self.newest:
            found = self._matches(topic, since)
            self.history.remember_matches(topic.name, since, self.newest, found)

    def sent(self) -> list[Sent]:
        """Which events there are in the lake."""
        if self._sent is None:
            self._sent = self._learn_sent()
        return self._sent

    def _learn_sent(self) -> list[Sent]:
        since = self.history.covered(_SENT)
        if since < self.newest:
            from carhound.engines.duckdb.telemetry import sent

            counted = (Sent(*row) for row in sent(self._since(since), after_batch=since))
            self.history.remember_sent(_SENT, since, self.newest, counted)
        return self.history.sent(_SENT)

    def present(self, topic: Eligible, window: Window) -> dict[str | None, set[int]]:
        """By host, the quarters of an hour in which it sent events of the kinds a stem looks at."""
        since = self.history.covered(topic.name)
        if since < self.newest:
            from carhound.engines.duckdb.telemetry import present

            found = present(self._since(since), topic.stem, after_batch=since)
            self.history.remember_present(topic.name, since, self.newest, found)
        return self.history.present(topic.name, window)

    def carried(self, topic: Eligible, need: Need) -> set[tuple[str, str | None]]:
        """The files, and sources in them, with such an event that meets the need."""
        name = f"{topic.name} {need!r}"
        since = self.history.covered(name)
        if since < self.newest:
            from carhound.engines.duckdb.telemetry import carried, unsaid

            found = set(carried(self._since(since), topic.stem, need, after_batch=since))
            for row in unsaid(self._since(since), topic.stem, need, after_batch=since):
                source = (row["file"], row["provider"] or row["channel"])
                if source not in found and self._meets(topic, need, row):
                    found.add(source)
            self.history.remember_carried(name, since, self.newest, found)
        return self.history.carried(name)

    def count_timeless(self, stem: Stem) -> int:
        """How many events without a time a stem lets through."""
        from carhound.engines.duckdb.files import EventFiles

        holds = condition(All(stem.conditions))
        with EventFiles(self.lake.table, self.lake.files_without_time()) as files:
            events = map(self.as_event, files.matches(stem, NO_BOUNDS))
            return sum(
                event.time is None and can_match(stem, event) and holds(Row(event)) for event in events
            )

    def _meets(self, topic: Eligible, need: Need, row: Mapping[str, Any]) -> bool:
        event = self.as_event(row)
        return can_match(topic.stem, event) and meets(need, Row(event))

    def _matches(self, topic: Matching, since: int) -> Iterator[Match]:
        stem = topic.stem
        holds = condition(All(stem.conditions))
        raws = tuple(map(raw_field, topic.key))
        for row in self._since(since).matches(stem, NO_BOUNDS, after_batch=since):
            event = self.as_event(row)
            if can_match(stem, event) and holds(Row(event)):
                key, wild = known_key(event, topic.key)
                source = event.provider or event.channel
                raw, _ = known_key(event, raws) if raws != topic.key else (None, False)
                about = (event.sequence, event.time, event.computer, event.place.file, source)
                yield Match(*about, key, raw, wild, pack(row))

    def _since(self, batch: int) -> "EventFiles":
        from carhound.engines.duckdb.files import EventFiles

        if batch not in self._files:
            self._files[batch] = EventFiles(self.lake.table, self.lake.files(after_batch=batch))
        return self._files[batch]
