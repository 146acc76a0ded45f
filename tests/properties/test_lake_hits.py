"""A lake gives plans what files give them: random events and plans, asked batch by batch."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from carhound.engines.interpreter.collect import Collector
from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.rows import Row, getter, texts
from carhound.findings.identity import Registry
from carhound.findings.judging import Judgement, judge
from carhound.findings.prevalence import Prevalences, Sighting
from carhound.lake.store import Lake
from carhound.model.diagnostics import Source
from carhound.model.event import Event, RawEvent
from carhound.model.glob import Glob
from carhound.model.windows import ALL_TIME, TimeRange
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.gathered import Hits
from carhound.pipeline.lakes.hits import LakeHits
from carhound.pipeline.lakes.memory import Memory
from carhound.plan import nodes
from carhound.plan.nodes import Node
from carhound.plan.predicates import Absent, All, Field, Matches
from carhound.plan.rewrites.novel import novel

from ..engines.event_files import BARE, full_table, write
from ..engines.plans import EVENTS, NOW, PLANS, SCANS

TEXT = Source("", "<none>")
ZONES = st.sampled_from([UTC, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/St_Johns")])
NOWS = st.sampled_from([NOW, datetime(2024, 6, 15, 12, 7, 30, tzinfo=UTC), datetime(2024, 6, 14, tzinfo=UTC)])
KEYS = st.sampled_from(
    [(Field("CommandLine"),), (Field("Image"), Field("CommandLine")), (Field("user"),), ()]
)
WINDOWS = st.sampled_from([ALL_TIME, TimeRange("-1d@d", "now"), TimeRange("-24h", "now")])
ASKS = st.sampled_from(
    [
        Matches(Field("CommandLine"), Glob("*")),
        Matches(Field("EventCode"), Glob("1")),
        Absent(Field("command_line", "car")),
        Absent(Field("Image")),
        All(()),
    ]
)


@st.composite
def _novel(draw: st.DrawFn) -> Node:
    """A search held against the days before it, as `--novel-over` and the published text do."""
    scan = draw(SCANS)
    view = scan.view
    below = nodes.Filter(nodes.Scan(scan.dataset, view, scan.kinds, draw(WINDOWS)), draw(ASKS))
    names = ("command_line", "image_path") if view == "car" else ("CommandLine", "Image")
    key = tuple(Field(name, view) for name in names[: draw(st.integers(1, 2))])
    return novel(below, draw(st.sampled_from([1, 30])), key) or below


class Batches:
    """Parquet files as the first batches of a lake."""

    def __init__(self, folder: Path, files: list[str], table: Any) -> None:
        self.folder, self._files, self.table = folder, files, table
        self.upto = len(files)

    def newest_batch(self) -> int:
        return self.upto

    def files(self, after_batch: int = 0) -> list[str]:
        return self._files[after_batch : self.upto]

    def expired(self) -> None:
        return None


def events_of(raws: Iterable[RawEvent]) -> list[Event]:
    """Each event once, by turns from two files."""
    normalizer = Normalizer()
    events = [normalizer.event(raw, f"file {number % 2}", "shape") for number, raw in enumerate(raws)]
    registry = Registry()
    return [event for event in events if registry.admit(event) is event]


def judged(plan: Node, number: int, hits: Hits, moment: Moment, backfill: bool) -> Judgement:
    """As a run judges one implementation."""
    main = hits.main_hits(number)
    one = judge(plan, TEXT, dict(hits.hits(number)), main, moment, backfill, hits.presence(number))
    if one.outside_window is not None:
        one.outside_window += hits.matched(number) - len(main)
    return one


def shown(one: Judgement) -> Any:
    events = [event.sequence for event in one.events]
    days = {event.sequence: one.days.get(id(event)) for event in one.events}
    return events, days, one.table, one.outside_window, one.silent, one.windows


def prevalence(events: Iterable[Event], sightings: Iterable[Sighting], read: Any, zone: Any) -> Any:
    known = Prevalences(("key",), sightings, zone)
    return [known.of(one.key) for one in map(read, events) if one is not None]


@settings(
    deadline=None,
    max_examples=15,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(EVENTS, st.lists(_novel() | PLANS, min_size=1, max_size=5), NOWS, ZONES, st.booleans(), KEYS)
def test_a_lake_gives_what_files_give(
    raws: list[RawEvent], plans: list[Node], now: datetime, zone: Any, backfill: bool, key: tuple[Field, ...]
) -> None:
    moment, events = Moment(now, zone), events_of(raws)
    folder = Path(tempfile.mkdtemp())
    try:
        table = full_table(plans) if backfill else BARE
        lake = Batches(folder, write(events, table, folder), table)
        registry = Registry()
        files = Collector(plans, registry.admit)
        lacking: dict[int, Counter[Any]] = {}
        for name in ("file 0", "file 1"):
            files.begin_file()
            for event in events:
                if event.place.file == name:
                    files.offer(event)
            for one in files.end_file():
                lacking.setdefault(one.plan, Counter())[name, one.source, one.need.names] += one.events
        for lake.upto in (1, 2):
            memory = Memory(cast(Lake, lake))
            hits = LakeHits(memory, Registry(), moment, all_times=backfill)
            for plan in plans:
                hits.add(plan, key)
        for number, plan in enumerate(plans):
            expected = judged(plan, number, files, moment, backfill)
            found = judged(plan, number, hits, moment, backfill)
            assert shown(found) == shown(expected), plan
            assert hits.matched(number) == files.matched(number), plan
            assert hits.timeless(number) == files.timeless(number), plan
            looked_at = hits.judgeable(number)
            assert looked_at.events.total() == files.eligible(number), plan
            told: Counter[Any] = Counter()
            for file, lack in looked_at.lacking(number):
                told[file, lack.source, lack.need.names] += lack.events
            assert told == lacking.get(number, Counter()), plan

            def read(event: Event) -> Sighting | None:
                values = [texts(getter(field)(Row(event))) for field in key]
                if not key or not all(values):
                    return None
                return Sighting(tuple(map("; ".join, values)), event.computer, event.time)

            every = [one for event in files.main_hits(number) if (one := read(event)) is not None]
            common = prevalence(expected.events, every, read, zone)
            assert prevalence(found.events, hits.sightings(number, read, found.events), read, zone) == common
        memory.close()
    finally:
        shutil.rmtree(folder)
