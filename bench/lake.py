"""Novelty over a lake of 50 million events, against the same rows in the order of time: `make bench-lake`.

Two ways to ask are measured: the SQL engine over all files, as `search` does, and a hunt, which remembers
what it found and asks only what was added since. A fleet of 48 hosts sends a month of process events of about
1,070 bytes each, one in a thousand about regsvr32; no public data. They are written by the lake's own code
into files of the size that `lake compact` leaves, and once more by DuckDB in the order of time, without tags.
A second lake has a tenth of the events in the same month: the same day added to both has to cost the same.

CARHOUND_BENCH_EVENTS is the number of events (50,000,000), CARHOUND_BENCH_FOLDER where they lie meanwhile
(about 400 bytes each: 20 GB in all), CARHOUND_BENCH_KEEP keeps them there, BENCH_ROUNDS is how often all is
asked. The run is printed, and kept in `bench/runs/`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

from lake_questions import Asked, Measured, ask, catch_up, text_of
from measuring import CORES, ROUNDS, Report, describe, fresh, peak_of
from process_events import FIRST_DAY, Day, Fleet, slices

EVENTS = int(os.environ.get("CARHOUND_BENCH_EVENTS", "50_000_000"))
DAYS = 31
FILE_ROWS = 180_000
"""What `lake compact` makes of such events: 256 MB of columns."""
WATCHED = 3
"""Days that are added and watched."""
SECOND = 1.0
TENTH = 0.1
EQUAL = 1.25


class LakeReport(Report):
    """Lines of what a lake takes, and whether all bars hold."""

    failed = False

    def bar(self, what: str, holds: bool) -> None:
        self.failed |= not holds
        self.say(f"{'PASS' if holds else 'FAIL'}  {what}")

    def row(self, what: str, runs: list[Measured]) -> tuple[float, float]:
        """A line of the table; gives the medians of seconds and of processor time."""
        seconds, cpu = [one.seconds for one in runs], [one.cpu for one in runs]
        self.say(
            f"  {what:56} {median(seconds):8.2f} s ({min(seconds):.2f}-{max(seconds):.2f}), "
            f"{median(cpu):.2f} s of processor ({min(cpu):.2f}-{max(cpu):.2f}), "
            f"peak {max(one.peak for one in runs) >> 20} MB"
        )
        return median(seconds), median(cpu)


def write_day(folder: Path, day: Day, batch: int) -> list[Path]:
    """The files of a day for a lake, not committed yet."""
    import pyarrow as pa

    from carhound.lake.store import Lake

    lake = Lake.open(folder)
    fleet = Fleet(lake.table)
    written = []
    for first, count in slices(day, FILE_ROWS):
        rows = fleet.rows(day, first, count, batch)
        written.append(lake.write(rows, pa.array(range(count), pa.int64()), day.start.date()))
    return written


def write_by_time(table: Any, day: Day, path: str) -> None:
    Fleet(table).write_by_time(day, path)


def fill(folder: Path, days: Iterable[Day]) -> None:
    """Adds days to a lake, each as one batch."""
    from carhound.lake.store import Lake
    from carhound.pipeline.lakes.layout import lake_layout

    lake = Lake.create_or_open(folder, lake_layout())
    first = lake.newest_batch() + 1
    numbered = list(enumerate(days, first))
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as pool:
        made = [pool.submit(write_day, folder, day, batch) for batch, day in numbered]
        for (batch, _), written in zip(numbered, made, strict=True):
            lake.refresh()
            lake.commit(written.result(), (), batch)


def fill_by_time(folder: Path, days: Iterable[Day]) -> None:
    """The same rows as one file a day, as DuckDB writes it, without tags."""
    from carhound.pipeline.lakes.layout import lake_layout

    folder.mkdir(parents=True)
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as pool:
        made = [
            pool.submit(write_by_time, lake_layout(), day, str(folder / f"{day.start.date()}.parquet"))
            for day in days
        ]
        for one in made:
            one.result()


def run(*arguments: str) -> Measured:
    """A command of carhound as a process."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "carhound", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 4), said
    seconds, cpu = time.perf_counter() - began, usage.ru_utime + usage.ru_stime
    return Measured(seconds, cpu, peak_of(usage), said.decode())


def hunt(folder: Path, *more: str) -> Measured:
    """A hunt on the evening of the last day."""
    now = (FIRST_DAY + timedelta(DAYS) - timedelta(hours=1)).isoformat()
    return run("hunt", "--lake", str(folder), "--reading", "corrected", "--now", now, "--exit-zero", *more)


def new_items(folder: Path) -> tuple[str, str]:
    """The options that make a hunt one of "New items" alone, over 30 days up to yesterday."""
    code = text_of("New items since last month")
    path = folder / "new-items.spl"
    path.write_text(code.replace("earliest=-60d@d latest=-30d@d", "earliest=-31d@d latest=-d@d"))
    return "-a", str(path)


def compare_layouts(report: LakeReport, lake: Path, by_time: Path) -> None:
    """The same questions to both layouts, by turns."""
    questions = [
        Asked("New items since last month", "corrected"),
        Asked("New items since last month", "published"),
        Asked("EventCode=1 | stats count by Image", None),
    ]
    for threads in (1, CORES):
        report.say(
            f"\nThe SQL engine, {threads} thread{'s' if threads > 1 else ''}: median (spread), {ROUNDS} runs"
        )
        for question in questions:
            found: dict[str, list[Measured]] = {"lake": [], "by time": []}
            for turn in range(ROUNDS):
                found["lake"].append(fresh(ask, question, lake, None, threads, DAYS))
                if turn < max(ROUNDS // 2, 1):
                    found["by time"].append(fresh(ask, question, None, by_time, threads, DAYS))
            answers = {one.answer for runs in found.values() for one in runs}
            assert len(answers) == 1, answers
            _, cpu = report.row(f"{question}, lake", found["lake"])
            _, cpu_by_time = report.row(f"{question}, by time", found["by time"])
            report.say(f"    {answers.pop()}; {cpu / cpu_by_time:.3f} of the processor time")
            if threads == 1 and question.reading is not None:
                what = f"{question}: at most 1/10 of the time-ordered layout: 1/{cpu_by_time / cpu:.1f}"
                report.bar(what, cpu <= TENTH * cpu_by_time)


def build_history(report: LakeReport, small: Path, large: Path) -> None:
    """The first run over each lake, stem by stem in the large one."""
    report.say("\nThe first hunt over a lake, which remembers what it finds")
    peaks = {}
    for name, folder in (("a tenth", small), ("all", large)):
        first = hunt(folder)
        peaks[name] = first.peak
        report.row(f"first hunt, {name} of the events", [first])
        history = folder / "history.sqlite"
        report.say(f"    history.sqlite: {history.stat().st_size / 2**20:.1f} MB")
    report.bar(
        f"memory does not grow with the lake: {peaks['a tenth'] >> 20} and {peaks['all'] >> 20} MB",
        peaks["all"] <= EQUAL * peaks["a tenth"],
    )
    steps = fresh(catch_up, large)
    report.say("  step by step:")
    for what, seconds in steps:
        if seconds >= 0.01:
            report.say(f"    {seconds:8.2f} s  {what}")


def compare_histories(report: LakeReport, small: Path, large: Path, events: int) -> None:
    """Hunts over what is remembered, and a day that is added to both lakes."""
    report.say(f"\nWhole processes once the history is there: median (spread), {ROUNDS} runs")
    asked = {"New items alone": new_items(large.parent), "all implementations": ()}
    for what, more in asked.items():
        later: dict[Path, list[Measured]] = {small: [], large: []}
        for folder, runs in later.items():
            hunt(folder, *more)  # learns what is new about it
            runs += [hunt(folder, *more) for _ in range(ROUNDS)]
        for folder, runs in later.items():
            name = "all" if folder == large else "a tenth"
            middle, _ = report.row(f"hunt for {what}, {name} of the events", runs)
            report.say(f"    {runs[-1].answer.strip().splitlines()[-1]}")
        if more:
            report.bar(f"a hunt for New items as a process: under 1 s: {middle:.2f} s", middle < SECOND)
    report.say(
        f"\nA day of {events // DAYS:,} events added to both lakes: watch as a process, {WATCHED} days"
    )
    watched: dict[Path, list[Measured]] = {small: [], large: []}
    for folder in watched:
        run("watch", "--lake", str(folder), "--from-now")
    for number in range(DAYS, DAYS + WATCHED):
        for folder, runs in watched.items():
            fill(folder, [Day(number, events // DAYS)])
            runs.append(run("watch", "--lake", str(folder)))
    middles = {}
    for folder, runs in watched.items():
        name = "all" if folder == large else "a tenth"
        _, middles[folder] = report.row(f"watch, {name} of the events as history", runs)
    report.say(f"    {len(watched[large][-1].answer.splitlines())} alerts")
    ratio = middles[large] / middles[small]
    report.bar(f"ten times the history costs a day's novelty at most 1.25 times: {ratio:.2f}", ratio <= EQUAL)


def size(folder: Path) -> str:
    files = list(folder.rglob("*.parquet"))
    return f"{sum(one.stat().st_size for one in files) / 2**30:.2f} GB in {len(files)} files"


def main() -> int:
    report = LakeReport()
    describe(report, "duckdb", "pyarrow", "pyiceberg", "sqlglot")
    folder = Path(os.environ.get("CARHOUND_BENCH_FOLDER") or tempfile.mkdtemp(prefix="carhound-bench-"))
    small, large, by_time = folder / "tenth", folder / "lake", folder / "by-time"
    days = [Day(number, EVENTS // DAYS) for number in range(DAYS)]
    tenth = [Day(day.number, day.events // 10) for day in days]
    try:
        for what, where, make in (
            ("lake of a tenth", small, lambda: fill(small, tenth)),
            ("lake", large, lambda: fill(large, days)),
            ("by time", by_time, lambda: fill_by_time(by_time, days)),
        ):
            began = time.perf_counter()
            made = not where.exists()
            if made:
                make()
            how = f"made in {time.perf_counter() - began:.0f} s" if made else "kept from before"
            report.say(f"  {what:16} {size(where)}, {how}")
        report.say(f"{sum(day.events for day in days):,} events of {DAYS} days")
        compare_layouts(report, large, by_time)
        build_history(report, small, large)
        compare_histories(report, small, large, EVENTS)
        report.say(f"load {os.getloadavg()[0]:.1f} at the end")
    finally:
        if not os.environ.get("CARHOUND_BENCH_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)
    report.save(f"lake-{EVENTS / 1e6:g}M")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
