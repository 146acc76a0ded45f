"""The ledger: what was seen, what was reported, and what still waits to be sent.

A run records what it saw in one transaction together with how far it has looked, and messages wait in an
outbox until their receiver has them. So a run may end at any moment: the next one begins where the last
transaction ended, and what it looks at a second time changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import Struct

from carhound.alerts.ledger_file import connect, told, transaction
from carhound.alerts.merging import alerts_since, by_alert, merge, micros, moment, one_alert, status
from carhound.findings.alert import Alert, Sighting
from carhound.outputs.escape import without_surrogates
from carhound.outputs.json_alert import alert_line

_CLOCK_TOLERANCE = timedelta(minutes=1)


class Message(Struct, frozen=True):
    """What a receiver is to be sent: decided on once, and the same bytes at every attempt."""

    alert: str
    body: bytes
    """A line of JSON (`carhound.alert/1`)."""
    refused: str | None = None
    """What the receiver said to the last attempt."""


class Recorded(Struct, frozen=True):
    """What a run's sightings came to. Ids of alerts, each in one of the three, in order of time."""

    new: tuple[str, ...] = ()
    """To be sent."""
    known: tuple[str, ...] = ()
    """Reported by an earlier run."""
    suppressed: tuple[str, ...] = ()
    """Known by suppressed events alone."""
    clock_back: timedelta | None = None
    """How far the clock stands before the last run. Nothing depends on it but what people are told."""


class Ledger:
    """An open ledger; no other process can use it meanwhile. Every method raises LedgerError."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self._path = path
        self._connection = connect(path, create=create)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with told(self._path):
            self._connection.close()

    def watermark(self) -> int | None:
        """The newest batch that was looked at; None before the first run."""
        return self._state("watermark")

    def last_run(self) -> datetime | None:
        """What the clock said at the last run that recorded anything. Aware UTC."""
        return moment(self._state("last_run"))

    def record(
        self, sightings: Iterable[Sighting], watermark: int, sinks: Sequence[str], now: datetime
    ) -> Recorded:
        """Merges what a run saw, and puts what is new into the outbox of every sink.

        All of it or nothing; recording the same again changes nothing. `watermark` never goes back.
        """
        before = self.last_run()
        new, known, suppressed = [], [], []
        with told(self._path), transaction(self._connection):
            for id_, group in by_alert(sightings).items():
                if merge(self._connection, group, now):
                    new.append(id_)
                    self._post(id_, sinks)
                elif status(self._connection, id_) == "suppressed":
                    suppressed.append(id_)
                else:
                    known.append(id_)
            self._set("watermark", max(watermark, self.watermark() or watermark))
            self._set("last_run", micros(now))
        back = before - now if before is not None else timedelta()
        return Recorded(
            tuple(new), tuple(known), tuple(suppressed), back if back > _CLOCK_TOLERANCE else None
        )

    def pending(self, sink: str) -> tuple[Message, ...]:
        """What a sink has not taken yet, in the order in which it was decided on."""
        with told(self._path):
            rows = self._connection.execute(
                "SELECT alert, body, refused FROM outbox WHERE sink = ? ORDER BY number", (sink,)
            ).fetchall()
        return tuple(Message(*row) for row in rows)

    def waiting(self) -> Mapping[str, int]:
        """How many messages wait, by sink; also of sinks that are no longer asked for."""
        with told(self._path):
            rows = self._connection.execute(
                "SELECT sink, count(*) FROM outbox GROUP BY sink ORDER BY sink"
            ).fetchall()
        return dict(rows)

    def sent(self, sink: str, alerts: Iterable[str]) -> None:
        """A sink has taken these. An alert that no sink waits for is sent."""
        pairs = [(sink, alert) for alert in alerts]
        with told(self._path), transaction(self._connection):
            self._connection.executemany("DELETE FROM outbox WHERE sink = ? AND alert = ?", pairs)
            self._connection.executemany(
                "UPDATE alerts SET status = 'sent' WHERE id = ? AND status = 'new'"
                " AND NOT EXISTS (SELECT 1 FROM outbox WHERE alert = alerts.id)",
                [(alert,) for _, alert in pairs],
            )

    def refused(self, sink: str, alert: str, reason: str) -> None:
        """A sink does not take this one; it stays, with the reason."""
        with told(self._path), transaction(self._connection):
            self._connection.execute(
                "UPDATE outbox SET refused = ? WHERE sink = ? AND alert = ?",
                (without_surrogates(reason), sink, alert),
            )

    def alerts(self, since: datetime | None = None) -> tuple[Alert, ...]:
        """Every alert that got an event at or after `since` by the clock, the newest last."""
        with told(self._path):
            return tuple(alerts_since(self._connection, since))

    def _post(self, id_: str, sinks: Sequence[str]) -> None:
        body = alert_line(one_alert(self._connection, id_))
        self._connection.executemany(
            "INSERT INTO outbox (sink, alert, body) VALUES (?, ?, ?)", [(sink, id_, body) for sink in sinks]
        )

    def _state(self, name: str) -> int | None:
        with told(self._path):
            row = self._connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return None if row is None else int(row[0])

    def _set(self, name: str, value: int) -> None:
        self._connection.execute("INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)", (name, value))
