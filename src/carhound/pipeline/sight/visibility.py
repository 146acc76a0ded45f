"""`visibility`: which implementations can find anything on which host, told from the logs themselves."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from msgspec.structs import replace

from carhound import VERSION
from carhound.analytics.load import bundled
from carhound.findings.identity import Registry
from carhound.findings.status import NO_EVIDENCE, Gaps, unread
from carhound.findings.sysmon_versions import SensorVersion, sensor_version
from carhound.findings.visibility import FieldSeen, HostVisibility, LogSeen, Unable, Visibility
from carhound.normalize.sysmon_config import read_config
from carhound.pipeline.files.over_files import missing_of
from carhound.pipeline.files.reading import Reading, read_evidence
from carhound.pipeline.hunt import load_analytics, ready
from carhound.pipeline.implementations import Subject
from carhound.pipeline.mapping_file import read_mappings
from carhound.pipeline.request import Clock, Progress, Request, read_clock
from carhound.pipeline.sight.observing import HostTally, Observer, few_loaders
from carhound.pipeline.sight.sensor_rules import sensor_rules
from carhound.pipeline.sight.sights import Look, Quarters, days_of, sight
from carhound.readers.archives.limits import read_limits
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions

_MOST_SILENT = 1000
_NEVER = datetime.max.replace(tzinfo=UTC)


def visibility(
    request: Request, sysmon_config: str | None = None, progress: Progress | None = None
) -> Visibility:
    """Reads the evidence of a request once, and tells of each host what could be found there.

    `sysmon_config` is a Sysmon configuration file to hold against the analytics. Raises CarhoundError.
    """
    clock = read_clock(request)
    analytics, problems, _ = load_analytics(request.analytics or bundled())
    subjects = ready(analytics, request.reading, (), None)
    config = None if sysmon_config is None else read_config(sysmon_config)
    paths = tuple(dict.fromkeys(request.evidence))
    missing = missing_of(paths)
    options = ReadOptions(
        clock.zone,
        read_mappings(request.mappings),
        read_limits(request.archive_limits),
        request.archive_password,
    )
    runnable = [one for subject in subjects for one in subject.implementations if one.plan is not None]
    for number, one in enumerate(runnable):
        one.number = number
    observer = Observer(one.plan for one in runnable if one.plan is not None)
    reading = Reading(Registry())
    parts = open_evidence([path for path in paths if path not in missing], options)
    read_evidence(parts, observer, len(runnable), reading, request, progress)

    now = None if reading.newest_eligible is None else clock.now(None, reading.newest_eligible)[0]
    hosts = tuple(_hosts(observer, _looks(subjects, observer), now, clock))
    evidence = reading.evidence(missing)
    gaps = Gaps(tuple(reading.explicit_not_evidence), tuple(map(str, problems)), reading.interrupted_at)
    reasons = unread(evidence, gaps) + list(gaps.broken_documents)
    found = Visibility(
        VERSION,
        request.command,
        request.tz,
        now,
        tuple((look.analytic, look.prepared.implementation.name) for look in _looks(subjects, observer)),
        tuple(_unable(subjects)),
        hosts,
        evidence,
        None if config is None else sensor_rules(config, subjects, options),
        "partial" if reasons else "complete",
        tuple(reasons),
    )
    if reasons or any(sight.eligible for host in hosts for sight in host.sights):
        return found
    reason = "no event read is of a kind that an implementation looks at" if evidence.files else NO_EVIDENCE
    return replace(found, status="nothing-eligible", reasons=(reason,))


def _looks(subjects: list[Subject], observer: Observer) -> list[Look]:
    return [
        Look(subject.analytic.id, one, observer.stem(one.number), one.number)
        for subject in subjects
        for one in subject.implementations
        if one.number is not None
    ]


def _unable(subjects: list[Subject]) -> Iterator[Unable]:
    for subject in subjects:
        for one in subject.implementations:
            if one.plan is None:
                yield Unable(subject.analytic.id, one.implementation.name, one.diagnostics[0].message)


def _hosts(
    observer: Observer, looks: list[Look], now: datetime | None, clock: Clock
) -> Iterator[HostVisibility]:
    heard = observer.presence.quarters()
    eligible = {number: presence.quarters() for number, presence in observer.eligible.items()}
    for name, host in sorted(observer.hosts.items(), key=lambda one: (one[0] is None, one[0] or "")):
        times = heard.get(name, frozenset())
        days = days_of(times, clock.zone)
        silent = _silent(days)
        yield HostVisibility(
            name,
            host.events,
            host.first,
            host.last,
            len(days),
            silent[0],
            silent[1],
            tuple(_logs(host)),
            _sysmon(host),
            tuple(sorted(host.notices, key=lambda one: (one.time is None, one.time or _NEVER))),
            {kind: more for kind, many in host.noticed.items() if (more := many - _listed(host, kind)) > 0},
            tuple(_fields(host)),
            few_loaders(host),
            tuple(sight(look, host, times, _of(eligible, look, name), now, clock.zone) for look in looks),
        )


def _of(eligible: dict[int, dict[str | None, frozenset[int]]], look: Look, name: str | None) -> Quarters:
    return eligible[look.number].get(name, frozenset())


def _listed(host: HostTally, kind: str) -> int:
    return sum(one.kind == kind for one in host.notices)


def _silent(days: set[date]) -> tuple[tuple[date, ...], int]:
    """Days without an event between the first and the last, the first of them and how many there are."""
    if not days:
        return (), 0
    first = min(days)
    total = (max(days) - first).days + 1 - len(days)
    found: list[date] = []
    ordered = sorted(days)
    for before, after in pairwise(ordered):
        room = min((after - before).days - 1, _MOST_SILENT - len(found))
        found += [before + timedelta(days=number + 1) for number in range(room)]
    return tuple(found), total


def _logs(host: HostTally) -> Iterator[LogSeen]:
    for name, log in sorted(host.logs.items(), key=lambda one: (one[0] is None, one[0] or "")):
        by_id = dict(sorted(log.by_id.items(), key=lambda one: (-one[1], one[0])))
        yield LogSeen(name, log.by_id.total(), log.first, log.last, by_id, log.records.seen())


def _fields(host: HostTally) -> Iterator[FieldSeen]:
    for (sensor, event_id, name), tally in sorted(host.fields.items()):
        values = dict(sorted(tally.values.items())) if tally.values else None
        yield FieldSeen(f"{sensor} {event_id}", name, tally.events, tally.present, values)


def _sysmon(host: HostTally) -> SensorVersion | None:
    if (
        not any(kind.startswith("Sysmon") for kind, _, _ in host.fields)
        and not host.sysmon
        and not host.stated
    ):
        return None
    return sensor_version(tuple(host.stated), host.schema, host.sysmon)
