"""Visibility: what the logs of each host could show, and what they could not.

Mirrors the JSON shape `carhound.visibility/1` (outputs/schema/visibility-1.json).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from carhound.findings.record_ids import RecordIds
from carhound.findings.run import Evidence, Status
from carhound.findings.sensor_rules import SensorRules
from carhound.findings.sysmon_versions import SensorVersion

Verdict = Literal["yes", "part", "doubt", "no"]
"""Whether an implementation can find anything on a host. Part: on some days or events. Doubt: unknown."""


class Lack(Struct, frozen=True):
    """Why an implementation sees less than it should."""

    what: str
    detail: str | None
    """How much of it, on this host."""
    hint: str | None
    """What to do about it."""


class Sight(Struct, frozen=True):
    """What one implementation could find on one host."""

    analytic: str
    implementation: str
    verdict: Verdict
    eligible: int
    days: int
    """Calendar days with an eligible event."""
    lacks: tuple[Lack, ...]


class LogSeen(Struct, frozen=True):
    """One log of a host, by its channel, or its provider where that is all there is."""

    log: str | None
    events: int
    first: datetime | None
    last: datetime | None
    by_id: Mapping[str, int]
    records: RecordIds | None


class FieldSeen(Struct, frozen=True):
    """On how many events of a kind a field is there."""

    kind: str
    """For example "Sysmon 7"."""
    field: str
    events: int
    present: int
    values: Mapping[str, int] | None = None
    """Of signature fields and hashes: the values, or the algorithms, in lower case; at most 20."""


class Notice(Struct, frozen=True):
    """An event that bears on what a log can show."""

    kind: Literal["cleared", "service", "configuration", "error", "time"]
    time: datetime | None
    text: str


class HostVisibility(Struct, frozen=True):
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


class Unable(Struct, frozen=True):
    """An implementation that cannot run anywhere, and why."""

    analytic: str
    implementation: str
    why: str


class Visibility(Struct, frozen=True):
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
