"""What an implementation could find on a host, and if not all, why not."""

from collections.abc import Iterator
from datetime import date, datetime, tzinfo

from msgspec import Struct

from carhound.findings.visibility import Lack, Sight, Verdict
from carhound.model.datasets import SYSMON
from carhound.model.instants import calendar_day
from carhound.model.presence import quarter_of, start_of
from carhound.model.windows import Window, describe
from carhound.pipeline.implementations import Prepared
from carhound.pipeline.sight.observing import HostTally, PlanTally
from carhound.pipeline.sight.remedies import event_hint, event_names, field_hint, looked_for
from carhound.plan.nodes import scans
from carhound.plan.predicates import Predicate, covering
from carhound.plan.stems import Stem

Quarters = frozenset[int]


class Look(Struct, frozen=True):
    """One implementation as a host is held against it."""

    analytic: str
    prepared: Prepared
    stem: Stem
    number: int


def sight(
    look: Look, host: HostTally, heard: Quarters, eligible: Quarters, now: datetime | None, zone: tzinfo
) -> Sight:
    """What it could find. `heard` is when the host sent anything, `eligible` when what is looked at."""
    days = days_of(eligible, zone)
    tally = host.plans.get(look.number)
    if tally is None:
        return _sight(look, "no", 0, 0, [_nothing(look, host)])
    blind = sum(count for source in tally.sources.values() for count in source.blind.values())
    lacks = list(_fields(tally, look.stem.scan.dataset.provider))
    if blind == tally.eligible:
        return _sight(look, "no", tally.eligible, len(days), lacks)
    part = bool(blind)
    for lack in (_quiet_days(look, days, days_of(heard, zone)), *_windows(look, eligible, now, zone)):
        if lack is not None:
            part = True
            lacks.append(lack)
    doubts = [_never(look, one, tally.eligible - blind) for one in tally.unseen]
    verdict: Verdict = "doubt" if doubts else "part" if part else "yes"
    return _sight(look, verdict, tally.eligible, len(days), [*doubts, *lacks])


def days_of(quarters: Quarters, zone: tzinfo) -> set[date]:
    """The calendar days of quarters of an hour."""
    return {calendar_day(start_of(one), zone) for one in quarters}


def _sight(look: Look, verdict: Verdict, eligible: int, days: int, lacks: list[Lack]) -> Sight:
    return Sight(look.analytic, look.prepared.implementation.name, verdict, eligible, days, tuple(lacks))


def _nothing(look: Look, host: HostTally) -> Lack:
    events, dataset = looked_for(look.stem), look.stem.scan.dataset
    sent = f"{host.events:,} events of other kinds"
    of_sysmon = dataset == SYSMON or {sensor for sensor, _ in events} == {SYSMON.name}
    if of_sysmon and not any(SYSMON.holds(None, log) or SYSMON.holds(log, None) for log in host.logs):
        sent = f"{host.events:,} events, none of Sysmon"
    return Lack(f"no {event_names(events, dataset.name)}", sent, event_hint(events))


def _fields(tally: PlanTally, provider: str | None) -> Iterator[Lack]:
    """Fields that were lacking, source by source."""
    for name, source in tally.sources.items():
        of = f" of {name}" if name is not None and len(tally.sources) > 1 else ""
        for need, count in source.blind.items():
            some = "" if count == source.eligible else " in some files"
            detail = f"{count:,} of {source.eligible:,} events"
            yield Lack(f"no {need.names} in the events{of}{some}", detail, field_hint(need, name or provider))


def _quiet_days(look: Look, days: set[date], heard: set[date]) -> Lack | None:
    quiet = len(heard - days)
    if not quiet:
        return None
    asked = event_names(looked_for(look.stem), look.stem.scan.dataset.name)
    return Lack(
        f"no {asked} on some days on which the host sent others",
        f"{quiet:,} of {len(heard):,} days",
        "the log was full, or not exported in whole, or the sensor was off on those days",
    )


def _windows(look: Look, eligible: Quarters, now: datetime | None, zone: tzinfo) -> Iterator[Lack]:
    """Windows of the text in which the host sent nothing that counts."""
    if look.prepared.plan is None or now is None:
        return
    for scan in scans(look.prepared.plan):
        if not scan.range.written:
            continue
        window = scan.range.resolve(now, zone)
        if not window.bounded or any(_within(one, window) for one in eligible):
            continue
        if scan.role == "baseline":
            said = f"its baseline, {describe(window)}, holds no event of the host: what matches looks new"
            yield Lack(said, None, "give older logs too")
        else:
            said = f"its window, {describe(window)}, holds no event of the host"
            yield Lack(said, None, "'carhound hunt --backfill' looks at every day")


def _within(quarter: int, window: Window) -> bool:
    first = None if window.earliest is None else quarter_of(window.earliest)
    last = None if window.latest is None else quarter_of(window.latest - datetime.resolution)
    return (first is None or first <= quarter) and (last is None or quarter <= last)


def _never(look: Look, condition: Predicate, events: int) -> Lack:
    span = covering(condition)
    text = look.prepared.implementation.code.text
    shown = "a condition on signatures" if span is None else " ".join(text[span.start : span.end].split())
    return Lack(
        f"{shown} holds for no event",
        f"{events:,} events",
        "nothing unsigned was loaded, or the sensor or the export leaves unsigned modules out: look at its "
        "configuration with --sysmon-config",
    )
