"""What the bench asks of a lake, each in a process of its own."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from measuring import peak_of
from process_events import FIRST_DAY


@dataclass(frozen=True, slots=True)
class Asked:
    """An implementation of the bundled analytic, or with no reading a search."""

    text: str
    reading: Literal["corrected", "published"] | None

    def __str__(self) -> str:
        return self.text if self.reading is None else f"{self.text} ({self.reading})"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run took."""

    seconds: float
    cpu: float
    """Seconds of processor time: what other work on the machine changes least."""
    peak: int
    """Of resident memory, bytes."""
    answer: str


def text_of(name: str) -> str:
    """What the bundled analytic asks under a name."""
    from carhound.analytics.load import bundled
    from carhound.pipeline.hunt import load_analytics

    (analytic,) = load_analytics(bundled())[0]
    return next(one.code.text for one in analytic.implementations if one.name == name)


def plan_of(asked: Asked) -> Any:
    from carhound.analytics.load import bundled
    from carhound.languages.spl.compile import compile_spl
    from carhound.model.diagnostics import Source
    from carhound.pipeline.hunt import load_analytics
    from carhound.pipeline.implementations import prepare

    if asked.reading is None:
        return compile_spl(Source(asked.text, "<search>")).plan
    (analytic,) = load_analytics(bundled())[0]
    found = prepare(analytic, asked.reading).implementations
    return next(one.plan for one in found if one.implementation.name == asked.text)


def ask(asked: Asked, lake: Path | None, by_time: Path | None, threads: int, days: int) -> Measured:
    """Puts a plan to the files of a lake, or to those of a folder, on the evening of the last day."""
    from carhound.engines.duckdb.answer import answer
    from carhound.engines.duckdb.files import EventFiles
    from carhound.engines.interpreter.moment import Moment
    from carhound.findings.judging import as_rows
    from carhound.lake.records import as_raw_event
    from carhound.lake.store import Lake
    from carhound.model.event_table import EventTable
    from carhound.model.windows import NO_BOUNDS, hull
    from carhound.normalize.normalizer import Normalizer
    from carhound.pipeline.lakes.layout import lake_layout
    from carhound.plan.nodes import scans

    normalizer = Normalizer()
    plan = plan_of(asked)
    moment = Moment(FIRST_DAY + timedelta(days) - timedelta(hours=1), UTC, NO_BOUNDS)
    table = lake_layout()
    opened = None if lake is None else Lake.open(lake)
    began, used = time.perf_counter(), time.process_time()
    if opened is not None:
        files = opened.files(hull([moment.window(scan) for scan in scans(plan)]))
    else:
        assert by_time is not None
        files = tuple(sorted(map(str, by_time.glob("*.parquet"))))
        table = EventTable(table.native, table.car)
    with EventFiles(table, files, threads=threads) as source:
        result = answer(
            plan,
            source,
            moment,
            lambda row: normalizer.event(as_raw_event(row), row["file"], row["shape"]),
            lambda *_: None,
        )
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    if result.columns is None:
        answers = sorted(event.identity() for event in result.entered)
    else:
        answers = sorted(map(repr, as_rows(result.columns, result.rows).rows))
    said = f"{len(answers)} rows, SHA-256 {sha256(repr(answers).encode()).hexdigest()[:8]}"
    return Measured(seconds, cpu, peak_of(resource.getrusage(resource.RUSAGE_SELF)), said)


def catch_up(folder: Path) -> list[tuple[str, float]]:
    """Builds the history of a lake anew and says what took how many seconds."""
    from carhound.analytics.load import bundled
    from carhound.lake.store import Lake
    from carhound.model.windows import NO_BOUNDS
    from carhound.pipeline.hunt import load_analytics, ready
    from carhound.pipeline.implementations import Prepared, numbered
    from carhound.pipeline.lakes.memory import Memory
    from carhound.pipeline.lakes.topics import Eligible, Matching
    from carhound.plan.needs import needs
    from carhound.plan.stems import stems

    steps: list[tuple[str, float]] = []

    def timed(what: str, call: Callable[[], object]) -> None:
        began = time.perf_counter()
        call()
        steps.append((what, time.perf_counter() - began))

    memory = Memory(Lake.open(folder))
    memory.history.clear()
    plans, _ = numbered(ready(load_analytics(bundled())[0], "corrected", (), None))
    timed("which events there are", memory.sent)
    for one in plans:
        name = one.implementation.name if isinstance(one, Prepared) else f"note {one.discrepancy.code}"
        key = one.key.fields if isinstance(one, Prepared) and one.key is not None else ()
        for number, stem in enumerate(stems(one.plan)):
            what = f"{name}, stem {number}"
            timed(
                f"matches of {what}",
                lambda stem=stem, key=key: memory.learn_matches(Matching(stem, key)),
            )
            for need in needs(stem):
                timed(
                    f"files with {need.names} for {what}",
                    lambda stem=stem, need=need: memory.carried(Eligible(stem), need),
                )
            if stem.scan.role == "baseline" and stem.scan.range.written:
                timed(
                    f"hours heard of for {what}",
                    lambda stem=stem: memory.present(Eligible(stem), NO_BOUNDS),
                )
    memory.close()
    return steps
