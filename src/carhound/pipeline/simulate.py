"""`simulate`: from scenarios to log files."""

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from msgspec import Struct

from carhound.errors import UsageError
from carhound.model.windows import resolve_time
from carhound.outputs.write import check_target, replaced
from carhound.simulate.engine import CHANNELS, Simulation, simulation
from carhound.simulate.event import Simulated
from carhound.simulate.scenario import bundled, load
from carhound.simulate.writers import FORMATS


class SimulationRequest(Struct, frozen=True):
    """What the command line asked for."""

    scenarios: tuple[str, ...]
    """Files and ids of bundled scenarios."""
    out: str
    """A file, or a folder for one file per host and channel."""
    format: str = "jsonl"
    hosts: int | None = None
    days: int | None = None
    seed: int = 0
    start: str | None = None
    security: bool = True
    force: bool = False
    """Whether files that are there already are replaced."""


class Written(Struct, frozen=True):
    """A file that was written."""

    path: Path
    records: int


def formats() -> tuple[str, ...]:
    """The names of the formats there are."""
    return tuple(FORMATS)


def bundled_scenarios() -> tuple[tuple[str, str], ...]:
    """Id and title of every scenario that comes with carhound, in order."""
    return tuple((name, load(name).title) for name in bundled())


def simulate(request: SimulationRequest) -> Iterator[Written]:
    """Writes the files, each whole or not at all; yields each when it is there. Raises CarhoundError."""
    scenarios = [load(ref) for ref in request.scenarios]
    start = None if request.start is None else resolve_time(request.start, datetime.now(UTC), UTC)
    planned = simulation(
        scenarios,
        hosts=request.hosts,
        days=request.days,
        seed=request.seed,
        start=start,
        security=request.security,
    )
    ending = FORMATS[request.format][1].lstrip(".")
    if not _is_folder(request.out):
        yield from _write(Path(request.out), planned.records(), request)
        return
    folder = Path(request.out)
    files = _files(folder, planned, ending)
    for path, _, _ in files:
        _check(path, request.force)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UsageError(
            f"cannot make the folder {folder}: {problem.strerror}", hint="name another one with --out"
        ) from problem
    for path, host, channel in files:
        # A host's records are made anew for each of its files: none of them has to wait in memory.
        yield from _write(path, planned.records(hosts=[host], channels=[channel]), request)


def _files(folder: Path, planned: Simulation, ending: str) -> list[tuple[Path, str, str]]:
    """Path, host and channel of each file; names as Windows gives its own logs, after the host."""
    return [
        (folder / f"{host.name}_{channel.replace('/', '%4')}.{ending}", host.name, channel)
        for host in planned.hosts
        for channel in CHANNELS
        if channel in planned.channels
    ]


def _write(path: Path, records: Iterable[Simulated], request: SimulationRequest) -> Iterator[Written]:
    """Writes one file, and none where there is no record."""
    _check(path, request.force)
    stream = iter(records)
    first = next(stream, None)
    if first is None:
        return
    count = 0

    def counted() -> Iterator[Simulated]:
        nonlocal count
        for record in chain([first], stream):
            count += 1
            yield record

    check_target(path)
    with replaced(path) as file:
        FORMATS[request.format][0](counted(), file)
    yield Written(path, count)


def _check(path: Path, force: bool) -> None:
    if path.is_file() and not force:
        raise UsageError(f"{path} is there already", hint="choose another --out, or replace it with --force")


def _is_folder(out: str) -> bool:
    """A folder that is there, or a name that ends in a separator or has no ending."""
    path = Path(out)
    return not path.is_file() and (path.is_dir() or out.endswith(("/", os.sep)) or not path.suffix)
