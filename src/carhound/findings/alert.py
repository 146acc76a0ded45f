"""Alerts: what is reported once, however many events say it and however often they are looked at."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from carhound.findings.suppressions import Suppression

AlertStatus = Literal["new", "sent", "suppressed"]
"""new: not every receiver has it yet."""


class Sighting(Struct, frozen=True):
    """One event of a finding, as one run saw it. The same sighting may be met again by a later run."""

    alert: str
    """The id of the alert it belongs to (`alert_id`)."""
    analytic: str
    implementations: tuple[str, ...]
    key: str
    """What the alert is about, for people: a command line, a module."""
    day: str
    """The calendar day (ISO, in the zone of the run)."""
    event: str
    """The identity of the event, in hex."""
    time: datetime | None
    """Of the event, aware UTC."""
    host: str | None
    finding: Mapping[str, object]
    """As a line of `--format jsonl` has it."""
    suppression: Suppression | None = None


class Alert(Struct, frozen=True):
    """What the ledger knows of an alert."""

    id: str
    analytic: str
    implementations: tuple[str, ...]
    key: str
    day: str
    first_seen: datetime | None
    """Of the events, aware UTC; None where none has a time."""
    last_seen: datetime | None
    count: int
    """Distinct events."""
    suppressed: int
    """Those of them that a suppression is about."""
    hosts: tuple[str, ...]
    """Sorted."""
    finding: Mapping[str, object]
    """That of the first event that is not suppressed, else of the first."""
    status: AlertStatus
    suppression: str | None = None
    """Why it is not sent."""


def alert_id(analytic: str, key: str, day: str) -> str:
    """16 hex digits that stay the same from run to run."""
    text = "\0".join((analytic, key, day))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
