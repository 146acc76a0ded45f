"""Sightings into the tables of the ledger, and alerts out of them. All inside a transaction of the ledger."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection
from typing import Any

from carhound.findings.alert import Alert, Sighting
from carhound.outputs.escape import without_surrogates

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_INSERT = """
INSERT INTO alerts (id, analytic, implementations, key, day, finding, status, suppression, updated)
VALUES (?1, ?2, '[]', ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (id) DO UPDATE SET finding = ?5, status = ?6, suppression = ?7
"""
_SELECT = """
SELECT id, analytic, implementations, key, day, finding, status, suppression,
    (SELECT min(time) FROM events WHERE alert = id), (SELECT max(time) FROM events WHERE alert = id),
    (SELECT count(*) FROM events WHERE alert = id), (SELECT sum(suppressed) FROM events WHERE alert = id)
FROM alerts
"""


def by_alert(sightings: Iterable[Sighting]) -> dict[str, list[Sighting]]:
    """In order of time: the same sightings make the same alerts in whatever order they come."""
    groups: dict[str, list[Sighting]] = {}
    for one in sorted(
        sightings, key=lambda one: (one.time is None, one.time or _EPOCH, one.event, one.alert)
    ):
        groups.setdefault(one.alert, []).append(one)
    return groups


def merge(connection: Connection, group: list[Sighting], now: datetime) -> bool:
    """Puts the sightings of one alert into it; returns whether it has to be sent.

    It has to be when it is met for the first time with an event that no suppression is about.
    """
    id_ = group[0].alert
    speaking = next((one for one in group if one.suppression is None), None)
    known = status(connection, id_)
    raised = speaking is not None and known in (None, "suppressed")
    if known is None or raised:
        first = speaking or group[0]
        because = None if first.suppression is None else first.suppression.because
        texts = map(
            without_surrogates, (id_, first.analytic, first.key, first.day, json.dumps(first.finding))
        )
        values = (
            *texts,
            "suppressed" if speaking is None else "new",
            None if because is None else without_surrogates(because),
            micros(now),
        )
        connection.execute(_INSERT, values)
    _name_implementations(connection, group)
    for one in group:
        _see(connection, one, now)
    return raised


def status(connection: Connection, id_: str) -> str | None:
    """The status of an alert; None where there is none of this id."""
    row = connection.execute("SELECT status FROM alerts WHERE id = ?", (id_,)).fetchone()
    return None if row is None else str(row[0])


def one_alert(connection: Connection, id_: str) -> Alert:
    """The alert of this id, which there is."""
    return _alert(connection, connection.execute(_SELECT + "WHERE id = ?", (id_,)).fetchone())


def alerts_since(connection: Connection, since: datetime | None) -> Iterator[Alert]:
    """The alerts that got an event at or after `since`, in the order of that."""
    least = -(2**63) if since is None else micros(since)
    query = _SELECT + "WHERE updated >= ? ORDER BY updated, id"
    return (_alert(connection, row) for row in connection.execute(query, (least,)).fetchall())


def micros(time: datetime) -> int:
    """A time as the ledger keeps it."""
    return (time - _EPOCH) // _MICROSECOND


def moment(kept: int | None) -> datetime | None:
    """A time the ledger kept, aware UTC."""
    return None if kept is None else _EPOCH + kept * _MICROSECOND


def _see(connection: Connection, one: Sighting, now: datetime) -> None:
    hidden = one.suppression is not None
    known = connection.execute(
        "UPDATE events SET suppressed = ? WHERE alert = ? AND event = ?", (hidden, one.alert, one.event)
    ).rowcount
    if not known:
        time = None if one.time is None else micros(one.time)
        host = None if one.host is None else without_surrogates(one.host)
        connection.execute(
            "INSERT INTO events (alert, event, time, host, suppressed) VALUES (?, ?, ?, ?, ?)",
            (one.alert, one.event, time, host, hidden),
        )
        connection.execute("UPDATE alerts SET updated = ? WHERE id = ?", (micros(now), one.alert))


def _name_implementations(connection: Connection, group: list[Sighting]) -> None:
    id_ = group[0].alert
    (known,) = connection.execute("SELECT implementations FROM alerts WHERE id = ?", (id_,)).fetchone()
    names = dict.fromkeys([*json.loads(known), *(name for one in group for name in one.implementations)])
    connection.execute("UPDATE alerts SET implementations = ? WHERE id = ?", (json.dumps(list(names)), id_))


def _alert(connection: Connection, row: tuple[Any, ...]) -> Alert:
    hosts = connection.execute("SELECT DISTINCT host FROM events WHERE alert = ?", (row[0],)).fetchall()
    return Alert(
        id=row[0],
        analytic=row[1],
        implementations=tuple(json.loads(row[2])),
        key=row[3],
        day=row[4],
        first_seen=moment(row[8]),
        last_seen=moment(row[9]),
        count=row[10],
        suppressed=row[11],
        hosts=tuple(sorted(host for (host,) in hosts if host is not None)),
        finding=json.loads(row[5]),
        status=row[6],
        suppression=row[7],
    )
