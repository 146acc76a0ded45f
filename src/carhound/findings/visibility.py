"""Visibility: what the logs of each host could show, and what they could not.

Mirrors the JSON shape `carhound.visibility/1` (outputs/schema/visibility-1.json).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from carhound.findings.record_ids import RecordIds
from carhound.findings.run import Evidence, Status
from carhound.findings.sensor_rules import SensorRules
from carhound.findings.sysmon_versions import SensorVersion

Verdict = Literal["yes", "part", "doubt", "no"]
"""Whether an implementation can find anything on a host. Part: on some days or events. Doubt: unknown."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Why an implementation sees less than it should."""

    what: str
    detail: str | None
    """How much of it, on this host."""
    hint: str | None
    """What to do about it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one implementation could find on one host."""

    analytic: str
    implementation: str
    verdict: Verdict
    eligible: int
    days: int
    """Calendar days with an eligible event."""
    lacks: tuple[Lack, ...]


@dataclass(frozen=True, slots=True)
class LogSeen:
    """One log of a host, by its channel, or its provider where that is all there is."""

    log: str | None
    events: int
    first: datetime | None
    last: datetime | None
    by_id: Mapping[str, int]
    records: RecordIds | None


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """On how many events of a kind a field is there."""

    kind: str
    """For example "Sysmon 7"."""
    field: str
    events: int
    present: int
    values: Mapping[str, int] | None = None
    """Of signature fields and hashes: the values, or the algorithms, in lower case; at most 20."""


@dataclass(frozen=True, slots=True)
class Notice:
    """An event that bears on what a log can show."""

    kind: Literal["cleared", "service", "configuration", "error", "time"]
    time: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class HostVisibility:
    """One computer."""

    computer: str | None
    events: int
    first: datetime | None
    last: datetime | None
    days: int
    """Calendar days with an event, in the zone of the run."""
    silent: tuple[date, ...]
    """Days between the first and the last without one; at most 1000."""
    silent_days: int
    logs: tuple[LogSeen, ...]
    sysmon: SensorVersion | None
    notices: tuple[Notice, ...]
    """In the order of time; at most 50 of a kind."""
    unlisted: Mapping[str, int]
    """By kind, how many notices there are beyond those."""
    fields: tuple[FieldSeen, ...]
    loaders: tuple[str, ...] | None
    """Programs of which module loads are told, where these are few; None where there are more, or none."""
    sights: tuple[Sight, ...]


@dataclass(frozen=True, slots=True)
class Unable:
    """An implementation that cannot run anywhere, and why."""

    analytic: str
    implementation: str
    why: str


@dataclass(frozen=True, slots=True)
class Visibility:
    """The answer to one `carhound visibility`."""

    version: str
    command: tuple[str, ...]
    tz: str
    now: datetime | None
    """The moment that windows were counted from: just after the newest eligible event."""
    implementations: tuple[tuple[str, str], ...]
    """(analytic id, implementation name) of those that can run."""
    unable: tuple[Unable, ...]
    hosts: tuple[HostVisibility, ...]
    """By name, one without a name last."""
    evidence: Evidence
    rules: SensorRules | None
    status: Status
    reasons: tuple[str, ...]

    @property
    def exit_status(self) -> int:
        """4 part was not read, 3 nothing eligible on any host, else 0, whatever can or cannot fire."""
        return {"complete": 0, "partial": 4, "nothing-eligible": 3}[self.status]
