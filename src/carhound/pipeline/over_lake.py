"""A lake, and what it holds for the plans of a run."""

from pathlib import Path

from carhound.engines.interpreter.operators import Moment
from carhound.errors import UsageError
from carhound.findings.coverage import FileTally
from carhound.findings.identity import Registry
from carhound.findings.run import HostCoverage
from carhound.lake.history import History, Sent
from carhound.lake.store import Lake
from carhound.model.datasets import SECURITY, SYSMON
from carhound.pipeline.gathered import Gathered
from carhound.pipeline.implementations import Prepared, Subject, numbered
from carhound.pipeline.lake_hits import LakeHits
from carhound.pipeline.memory import Memory
from carhound.pipeline.reading import Reading
from carhound.pipeline.request import Clock, Request

ENGINE = "duckdb"
HISTORY = "history.sqlite"
"""The file in a lake's folder that remembers what was found."""


def open_memory(request: Request) -> Memory:
    """The lake of a request and what is known of it. Raises LakeError."""
    folder = Path(request.lake or "")
    lake = Lake.open(folder, request.catalog)
    return Memory(lake, History(folder / HISTORY))


def from_lake(request: Request, clock: Clock, subjects: list[Subject]) -> Gathered:
    """Asks the lake of a request. Raises LakeError, and UsageError for what only files can be asked."""
    if request.evidence:
        message = "give files of evidence, or a lake with --lake, not both"
        raise UsageError(message, hint="'carhound ingest' puts files into the lake")
    now, now_from = clock.now_of_lake()
    moment = Moment(now, clock.zone, clock.range(now))
    return gather(open_memory(request), moment, now_from, subjects, backfill=request.backfill)


def gather(
    memory: Memory, moment: Moment, now_from: str, subjects: list[Subject], *, backfill: bool
) -> Gathered:
    """Asks a lake about every plan of the subjects."""
    registry = Registry()
    hits = LakeHits(memory, registry, moment, all_times=backfill)
    plans, follows = numbered(subjects)
    for number, one in enumerate(plans):
        if one.plan is not None:
            key = one.key.fields if isinstance(one, Prepared) and one.key is not None else ()
            hits.add(one.plan, key, one.use_alias, follows.get(number, ()))
    runnable = [
        one.number for subject in subjects for one in subject.implementations if one.number is not None
    ]
    reading = Reading(registry)
    for number in runnable:
        if lacking := hits.not_judged(number):
            reading.not_judged[number] = lacking
    sent = memory.sent()
    tally = FileTally(str(memory.lake.folder), "lake", None)
    tally.events = sum(one.events for one in sent)
    tally.eligible = hits.eligible_for(runnable)
    reading.files.append(tally)

    def hosts(names: dict[int, tuple[str, str]]) -> tuple[HostCoverage, ...]:
        judged = {names[number]: hits.judged_hosts(number) for number in runnable if number in names}
        return _coverage(sent, judged)

    return Gathered(hits, reading, hosts, hits.sightings, moment, now_from, ENGINE)


def _coverage(sent: list[Sent], judged: dict[tuple[str, str], set[str | None]]) -> tuple[HostCoverage, ...]:
    by_host: dict[str | None, list[Sent]] = {}
    for one in sent:
        by_host.setdefault(one.computer, []).append(one)
    return tuple(
        _host(computer, by_host[computer], tuple(name for name, hosts in judged.items() if computer in hosts))
        for computer in sorted(by_host, key=lambda name: (name is None, name or ""))
    )


def _host(computer: str | None, sent: list[Sent], judged: tuple[tuple[str, str], ...]) -> HostCoverage:
    sysmon = [one for one in sent if SYSMON.holds(one.provider, one.channel)]
    started = [one for one in sent if one.event_id == "4688" and SECURITY.holds(one.provider, one.channel)]
    return HostCoverage(
        computer,
        min((one.first for one in sent if one.first is not None), default=None),
        max((one.last for one in sent if one.last is not None), default=None),
        sum(one.events for one in sent),
        sum(one.events for one in sysmon if one.event_id == "1"),
        sum(one.events for one in sysmon if one.event_id == "7"),
        sum(one.events for one in started),
        sum(one.with_command_line for one in started),
        judged,
    )
