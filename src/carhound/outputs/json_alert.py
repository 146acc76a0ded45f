"""An alert as one line of JSON of the shape `carhound.alert/1`, which `schema/alert-1.json` defines."""

from carhound.findings.alert import Alert
from carhound.model.instants import format_time
from carhound.outputs.json_text import encode

SCHEMA = "carhound.alert/1"


def alert_line(alert: Alert) -> bytes:
    """UTF-8, ending in a line break, the only one in it."""
    return encode(
        {
            "schema": SCHEMA,
            "id": alert.id,
            "status": alert.status,
            "analytic": alert.analytic,
            "implementations": list(alert.implementations),
            "key": alert.key,
            "day": alert.day,
            "first_seen": None if alert.first_seen is None else format_time(alert.first_seen),
            "last_seen": None if alert.last_seen is None else format_time(alert.last_seen),
            "count": alert.count,
            "suppressed": alert.suppressed,
            "hosts": list(alert.hosts),
            "finding": dict(alert.finding),
        }
    )
