"""Sightings made by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from carhound.findings.alert import Sighting, alert_id
from carhound.findings.suppressions import Suppression

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
START = datetime(2026, 10, 30, 8, tzinfo=UTC)
HIDDEN = Suppression((("Image", "*"),), "tested", "alice", date(2999, 12, 31), 2)


def sighting(key: str, number: int = 1, **changes: Any) -> Sighting:
    """Event `number` of the alert about `key`, so many minutes after START."""
    day = str(changes.pop("day", "2026-10-30"))
    defaults: dict[str, Any] = {
        "alert": alert_id("CAR-1", key, day),
        "analytic": "CAR-1",
        "implementations": ("Main",),
        "key": key,
        "day": day,
        "event": f"{number:064x}",
        "time": START + timedelta(minutes=number),
        "host": f"WS{number}",
        "finding": {"id": f"{number:016x}", "native": {"CommandLine": key}, "places": []},
    }
    return Sighting(**{**defaults, **changes})


def ids(*keys: str) -> tuple[str, ...]:
    """The ids of the alerts about these keys."""
    return tuple(alert_id("CAR-1", key, "2026-10-30") for key in keys)
