"""What programs take, side by side, and what is said of it."""

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
CORES = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
MEMORY = 300 << 20
"""The most that a hunt may take, its workers included."""
CARHOUND = str(Path(sys.executable).with_name("carhound"))

_INTERVAL = 0.01


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run took."""

    seconds: float
    cpu: float
    """Seconds of processor time: what other work on the machine changes least."""
    peak: int
    """Of resident memory, bytes: the most of what processes that ran together had at their own peaks."""


@dataclass(frozen=True, slots=True)
class Way:
    """A command, and what it has to keep to."""

    name: str
    command: Sequence[str]
    ratio: float | None = None
    """At most so much of the time that the first way takes."""
    seconds: float | None = None


class Report:
    """Lines for the terminal, and for a file of the run."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str = "") -> None:
        self.lines.append(line)
        print(line, flush=True)  # noqa: T201

    def keep(self, name: str) -> None:
        """Keeps the run in `bench/runs/` under its date; a quick look is only printed."""
        if SCALE == 1:
            self.save(name)

    def save(self, name: str) -> None:
        runs = Path(__file__).parent / "runs"
        runs.mkdir(exist_ok=True)
        (runs / f"{datetime.now(UTC):%Y-%m-%d-%H%M}-{name}.txt").write_text("\n".join(self.lines) + "\n")


def describe(report: Report, *names: str) -> None:
    """Says when and where this is, and with which versions of these packages."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    report.say(f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z, commit {commit.stdout.strip()}")
    report.say(
        f"{CORES} cores, {memory / 2**30:.0f} GB, load {os.getloadavg()[0]:.1f}; "
        f"Python {sys.version.split()[0]}, " + ", ".join(f"{name} {version(name)}" for name in names)
    )


def fresh(function: Callable[..., Any], *arguments: object) -> Any:
    """What a function gives in a process of its own, so that its peak of memory is its own too."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def measure(command: Sequence[str]) -> Measured:
    """Runs a command, which may also find nothing or something. Raises CalledProcessError where it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    peaks: list[int] = []
    ended = threading.Event()
    began = time.perf_counter()
    with (
        tempfile.TemporaryFile() as said,  # grep stops at its first match where nobody reads it
        subprocess.Popen(command, stdout=said, env=environment) as process,
    ):
        watch = threading.Thread(target=_watch, args=(process.pid, peaks, ended))
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        ended.set()
        watch.join()
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 4):
        raise subprocess.CalledProcessError(process.returncode, command)
    peak = max(*peaks, 0, peak_of(usage))
    return Measured(seconds, usage.ru_utime + usage.ru_stime, peak)


def peak_of(usage: resource.struct_rusage) -> int:
    """Bytes; of the largest process alone."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _watch(pid: int, peaks: list[int], ended: threading.Event) -> None:
    while not ended.wait(_INTERVAL):
        peaks.append(_peak_of_all(pid))


def _peak_of_all(pid: int) -> int:
    """What a process and those it started, if they still run, had at their peaks: as Linux tells it."""
    folder = Path(f"/proc/{pid}")
    try:
        status = (folder / "status").read_text()
        children = [child for task in (folder / "task").iterdir() for child in (task / "children").open()]
    except OSError:
        return 0  # it is gone, or this is another system
    own = int(status.split("VmHWM:", 1)[1].split(None, 1)[0]) * 1024 if "VmHWM:" in status else 0
    return own + sum(_peak_of_all(int(child)) for child in " ".join(children).split())


def compare(report: Report, title: str, ways: Iterable[Way]) -> int:
    """Runs ways by turns and says what they took; the peak of memory of those that are carhound."""
    ways = list(ways)
    rounds = [[measure(way.command) for way in ways] for _ in range(ROUNDS)]
    report.say(f"\n{title}")
    report.say(
        f"  {'':34}{'seconds':>9}{'processor':>11}{'ratio (spread)':>24}{'of processor':>14}{'peak':>9}   bar"
    )
    worst = 0
    for number, way in enumerate(ways):
        runs = [one[number] for one in rounds]
        seconds, ratios = (
            [one.seconds for one in runs],
            [one[number].seconds / one[0].seconds for one in rounds],
        )
        peak = max(one.peak for one in runs)
        ours = way.command[0] == CARHOUND
        worst = max(worst, peak if ours else 0)
        spread = f"{median(ratios):.3f} ({min(ratios):.3f}-{max(ratios):.3f})"
        report.say(
            f"  {way.name:34}{median(seconds):9.3f}{median(one.cpu for one in runs):11.2f}{spread:>24}"
            f"{median(one[number].cpu / one[0].cpu for one in rounds):14.3f}{peak / 2**20:6.0f} MB"
            + "".join(f"   {bar}" for bar in _bars(way, median(ratios), median(seconds), peak if ours else 0))
        )
    return worst


def _bars(way: Way, ratio: float, seconds: float, peak: int) -> Iterable[str]:
    if way.ratio is not None:
        yield f"at most {way.ratio:.3f}: {verdict(ratio <= way.ratio)}"
    if way.seconds is not None:
        yield f"at most {way.seconds * 1000:.0f} ms: {verdict(seconds <= way.seconds)}"
    if peak > MEMORY:
        yield f"at most {MEMORY >> 20} MB: {verdict(False)}"


def verdict(met: bool) -> str:
    return "met" if met else "NOT MET"
