"""The days with matches that arrived since, each judged as a run at its end would have."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as clock_time

from msgspec import Struct

from carhound.engines.interpreter.moment import Moment
from carhound.findings.alert import Sighting, alert_id
from carhound.findings.identity import Registry
from carhound.findings.processes import Processes
from carhound.findings.reasoning.rules import with_reasons
from carhound.findings.run import Finding
from carhound.findings.suppressions import Suppression
from carhound.model.event import Event
from carhound.model.folding import fold
from carhound.model.instants import calendar_day
from carhound.model.presence import QUARTER, start_of
from carhound.outputs.json_run import finding_object
from carhound.pipeline.files.reading import Reading
from carhound.pipeline.implementations import Prepared, Subject, numbered
from carhound.pipeline.judge_all import judge_all
from carhound.pipeline.keys import seen
from carhound.pipeline.lakes.hits import LakeHits
from carhound.pipeline.lakes.memory import Memory
from carhound.pipeline.reasoned import around
from carhound.pipeline.results import with_events
from carhound.plan.nodes import Scan, scans

_LONGEST = 62
"""Days after an event within which the window of a daily run is looked for that holds it."""


class Found(Struct, frozen=True):
    """A finding of a day that arrived since the last run."""

    event: Event
    finding: Finding

    def sighting(self, day: str, suppression: Suppression | None) -> Sighting:
        """As the ledger takes it: findings of one day with the same key are one alert."""
        one, identity = self.finding, self.event.identity()
        key = "" if one.prevalence is None else "; ".join(one.prevalence.key)
        return Sighting(
            alert_id(one.analytic, fold(key) if key else identity, day),
            one.analytic,
            one.implementations,
            key,
            day,
            identity,
            one.time,
            one.computer,
            finding_object(one),
            suppression,
        )


class Day(Struct, frozen=True):
    """A calendar day, and what of it arrived since."""

    day: str
    """ISO, in the zone of the run."""
    found: tuple[Found, ...]


class Watching:
    """The implementations of a run, put to the days that have new matches."""

    def __init__(self, memory: Memory, subjects: list[Subject], zone: tzinfo, since: int) -> None:
        """`since` is the least `sequence` that is new."""
        self._subjects = subjects
        self._zone = zone
        self._since = since
        for subject in subjects:
            subject.probes.clear()  # what is known of a text is no alert
        self._runnable = [one for one in numbered(subjects)[0] if isinstance(one, Prepared)]
        self._hits = LakeHits(memory, Registry(), self._moment(date.today()), all_times=False)
        self._silent: dict[str | None, tuple[int, int]] = {}
        self._unseen: set[int] = set()
        """Numbers of plans with new matches that are in the window of no day."""
        for one in self._runnable:
            if one.plan is not None:
                self._hits.add(one.plan, one.key.fields if one.key else ())

    def days(self) -> Iterator[Day]:
        """The days in order."""
        runs: dict[date, list[Prepared]] = {}
        for one in self._runnable:
            for day in self._days_of(one):
                runs.setdefault(day, []).append(one)
        for day in sorted(runs):
            yield Day(day.isoformat(), tuple(self._judge(day, runs[day])))

    def remarks(self) -> Iterator[str]:
        """What could not be judged, and what "new" says little about."""
        for subject in self._subjects:
            for one in subject.implementations:
                name = f"{subject.analytic.id}: {one.implementation.name!r}"
                yield from _remarks(name, one)
                if one.number is None:
                    continue
                if lacking := self._hits.judgeable(one.number).lacking(one.number):
                    files = len({file for file, _ in lacking})
                    yield f"{name} could not be judged on {files} file{'s' if files > 1 else ''}"
                if timeless := self._hits.timeless(one.number):
                    yield f"{name}: {timeless} matches without a time fall on no day"
                if one.number in self._unseen:
                    yield f"{name}: the windows of daily runs leave out some of what arrived"
        for host, (days, of) in sorted(self._silent.items(), key=lambda item: item[0] or ""):
            yield (
                f"what looks new on {host or 'a computer without a name'} may be old: it sent nothing on "
                f"{days} of the {of} days before"
            )

    def _days_of(self, one: Prepared) -> set[date]:
        """The days at whose end a run would have seen the matches that are new."""
        if one.number is None or one.plan is None:
            return set()
        main = scans(one.plan)[0]
        found = set()
        for quarter in self._hits.quarters_since(one.number, self._since):
            start = start_of(quarter)
            days = {self._day_of(main, time) for time in (start, start + QUARTER - datetime.resolution)}
            if None in days:
                self._unseen.add(one.number)
            found |= days
        return {day for day in found if day is not None}

    def _day_of(self, main: Scan, time: datetime | None) -> date | None:
        """The first day at whose end a run sees what happened at a time: on that day it is reported."""
        if time is None:
            return None
        day = calendar_day(time, self._zone)
        days = (day + timedelta(later) for later in range(_LONGEST))
        return next((one for one in days if self._moment(one).window(main).contains(time)), None)

    def _judge(self, day: date, runnable: list[Prepared]) -> Iterator[Found]:
        moment, registry = self._moment(day), Registry()
        hits = self._hits.at(moment, registry)
        for one in self._runnable:
            one.judgement = None
        judge_all(runnable, hits, registry, moment, backfill=False)
        for one in runnable:
            if one.judgement is not None and one.plan is not None:
                main = scans(one.plan)[0]
                events = one.judgement.events
                one.judgement.events = [event for event in events if self._day_of(main, event.time) == day]
        for subject in self._subjects:
            judged = [one.judgement for one in subject.implementations if one.judgement is not None]
            subject.processes = Processes(event for judgement in judged for event in judgement.events)
            known, told = seen(subject, hits.sightings, self._zone), around(subject)
            for event, finding in with_events(subject, Reading(registry), known):
                if any(one.sequence >= self._since for one in subject.processes.records(event)):
                    yield Found(event, with_reasons(finding, told))
            for judgement in judged:
                for host, silence in judgement.silent.items():
                    self._silent[host] = max(silence, self._silent.get(host, (0, 0)))

    def _moment(self, day: date) -> Moment:
        """The end of a day."""
        end = datetime.combine(day + timedelta(1), clock_time(), self._zone)
        return Moment(end.astimezone(UTC), self._zone)


def _remarks(name: str, one: Prepared) -> Iterator[str]:
    """Why an implementation was not evaluated, and what it was asked for and cannot do."""
    if one.number is None:
        reason = next((said.message for said in one.diagnostics if said.severity == "error"), None)
        yield f"{name} was not evaluated" + (f": {reason}" if reason else "")
        return
    for said in one.diagnostics:
        if said.severity == "warning" and said.code.startswith("RUN-"):
            yield f"{name}: {said.message}"
