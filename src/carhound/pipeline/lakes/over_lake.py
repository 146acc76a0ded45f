"""A lake, and what it holds for the plans of a run."""

from collections.abc import Callable
from pathlib import Path

from carhound.engines.interpreter.moment import Moment
from carhound.errors import UsageError
from carhound.findings.coverage import FileTally
from carhound.findings.identity import Registry
from carhound.findings.judging import Judgement, table, windows_used
from carhound.findings.run import HostCoverage
from carhound.lake.glance import Readable, open_to_read
from carhound.lake.history import Sent
from carhound.model.datasets import SECURITY, SYSMON
from carhound.model.windows import hull
from carhound.pipeline.files.reading import Reading
from carhound.pipeline.gathered import Gathered
from carhound.pipeline.implementations import Prepared, Subject, numbered
from carhound.pipeline.judge_all import judge_all
from carhound.pipeline.lakes.hits import LakeHits
from carhound.pipeline.lakes.judgeable import Judgeable, eligible_for, judgeable
from carhound.pipeline.lakes.libraries import need_lake
from carhound.pipeline.lakes.memory import Memory
from carhound.pipeline.lakes.recalled import from_lake_again
from carhound.pipeline.request import Clock, Request
from carhound.plan.nodes import scans
from carhound.plan.stems import stems

ENGINE = "duckdb"


def open_lake(request: Request) -> Readable:
    """The lake of a request. Raises LakeError, and UsageError where it cannot be asked what was asked for."""
    need_lake()
    if request.evidence:
        message = "give files of evidence, or a lake with --lake, not both"
        raise UsageError(message, hint="'carhound ingest' puts files into the lake")
    asked = {
        "--mapping": request.mappings,
        "--archive-limit": request.archive_limits,
        "--keep-duplicates": request.keep_duplicates,
        "--count-all": request.count_all,
        "--hash": request.hash,
        "--processes": request.processes,
    }
    for option, given in asked.items():
        if given:
            hint = "a lake holds every event once, and has read its files already: leave it out"
            raise UsageError(f"{option} is about files, and says nothing of a lake", hint=hint)
    return open_to_read(Path(request.lake or ""), request.catalog)


def from_lake(request: Request, clock: Clock, subjects: list[Subject]) -> Gathered:
    """Asks the lake of a request what analytics ask. Raises LakeError."""
    now, now_from = clock.now_of_lake()
    moment = Moment(now, clock.zone, clock.range(now))
    return gather(Memory(open_lake(request)), moment, now_from, subjects, backfill=request.backfill)


def gather(
    memory: Memory, moment: Moment, now_from: str, subjects: list[Subject], *, backfill: bool
) -> Gathered:
    """Asks a lake about every plan of the subjects, and judges the implementations."""
    registry = Registry()
    hits = LakeHits(memory, registry, moment, all_times=backfill)
    plans, follows = numbered(subjects)
    for number, one in enumerate(plans):
        if one.plan is not None:
            key = one.key.fields if isinstance(one, Prepared) and one.key is not None else ()
            hits.add(one.plan, key, follows.get(number, ()))
    runnable = [one for subject in subjects for one in subject.implementations if one.number is not None]
    judge_all(runnable, hits, registry, moment, backfill)
    looked_at = {one.number: hits.judgeable(one.number) for one in runnable if one.number is not None}
    reading, hosts = account(memory, registry, looked_at)
    eligible = {number: found.events.total() for number, found in looked_at.items()}
    matched = {number: hits.matched(number) for number in range(len(plans))}
    return Gathered(
        reading,
        eligible,
        matched,
        hosts,
        hits.sightings,
        moment,
        now_from,
        ENGINE,
        recall=from_lake_again(memory),
        close=memory.close,
    )


def search_lake(request: Request, clock: Clock, subject: Subject) -> Gathered:
    """Asks a lake what a single search asks. Raises LakeError."""
    from carhound.engines.duckdb.answer import answer
    from carhound.engines.duckdb.files import EventFiles

    memory, registry = Memory(open_lake(request)), Registry()
    now, now_from = clock.now_of_lake()
    moment = Moment(now, clock.zone, clock.range(now))
    ((one,), _) = numbered([subject])
    if one.plan is None or not isinstance(one, Prepared):
        raise TypeError("a search has a plan")
    plan = one.plan
    windows = [moment.window(scan) for scan in scans(plan)]
    with EventFiles(memory.lake.table, memory.lake.files(hull(windows))) as files:
        result = answer(plan, files, moment, memory.as_event)
    entered = [registry.admit(event) for event in result.entered]
    windows_shown = windows_used(plan, one.implementation.code, moment)
    one.judgement = Judgement(
        windows_shown, entered, table=table(plan, result), result=result, aliases=result.aliases
    )
    main = stems(plan)[0]
    if moment.window(main.scan).bounded:
        one.judgement.timeless = memory.count_timeless(main)
    found = judgeable(memory, main)
    reading, hosts = account(memory, registry, {0: found})
    eligible = {0: found.events.total()}
    return Gathered(reading, eligible, {}, hosts, lambda *_: (), moment, now_from, ENGINE, close=memory.close)


def account(
    memory: Memory, registry: Registry, looked_at: dict[int, Judgeable]
) -> tuple[Reading, Callable[[dict[int, tuple[str, str]]], tuple[HostCoverage, ...]]]:
    """What was there to judge: by number of the plan, the events it looks at."""
    reading = Reading(registry)
    for number, found in looked_at.items():
        if lacking := found.lacking(number):
            reading.not_judged[number] = lacking
    sent = memory.sent()
    tally = FileTally(str(memory.lake.folder), "lake", None)
    tally.events = sum(one.events for one in sent)
    tally.eligible = eligible_for(looked_at.values())
    reading.files.append(tally)

    def hosts(names: dict[int, tuple[str, str]]) -> tuple[HostCoverage, ...]:
        judged = {names[number]: found.hosts() for number, found in looked_at.items() if number in names}
        return _coverage(sent, judged)

    return reading, hosts


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
