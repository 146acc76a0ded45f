"""What earlier runs reported: the alerts of a ledger, or the findings in a result file."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from carhound.alerts.ledger import Ledger
from carhound.alerts.ledger_file import NAME
from carhound.errors import UsageError
from carhound.findings.acceptance import Reported
from carhound.model.event import Fields
from carhound.model.instants import parse_time

_SHORTEST = 8
"""Digits of an id that may stand for the whole."""


class Past(Struct, frozen=True):
    """All that was reported, and what of it lately."""

    source: str
    all: tuple[Reported, ...]
    lately: tuple[Reported, ...]

    def find(self, id_: str) -> Reported:
        """What is called so, or begins so. Raises UsageError."""
        wanted = id_.strip().lower()
        found = [one for one in self.all if one.name == wanted]
        if not found and len(wanted) >= _SHORTEST:
            found = [one for one in self.all if one.name.startswith(wanted)]
        if not found:
            raise UsageError(
                f"nothing called {id_} is in {self.source}",
                hint="ids stand in the JSON, JSON lines and CSV of a hunt, and in alerts",
            )
        if len({one.name for one in found}) > 1:
            raise UsageError(f"{len(found)} ids in {self.source} begin with {id_}", hint="give more digits")
        return found[0]


def from_ledger(lake: Path, now: datetime, days: int) -> Past:
    """The alerts of a lake; lately: with an event in the days before `now`. Raises LedgerError."""
    path = lake / NAME
    with Ledger(path, create=False) as ledger:
        alerts = ledger.alerts()
        lately = {alert.id for alert in ledger.alerts(now - timedelta(days=days))}
    reported = tuple(
        _reported(
            alert.finding, alert.id, (alert.first_seen, alert.last_seen), alert.count, alert.hosts, str(path)
        )
        for alert in alerts
    )
    return Past(str(path), reported, tuple(one for one in reported if one.name in lately))


def from_file(path: Path, days: int) -> Past:
    """The findings or alerts of a result file; lately: in the days before its newest. Raises UsageError."""
    reported = tuple(_each(path))
    times = [one.last for one in reported if one.last is not None]
    since = max(times) - timedelta(days=days) if times else None
    lately = tuple(one for one in reported if since is None or one.last is None or one.last >= since)
    return Past(str(path), reported, lately)


def _each(path: Path) -> Iterator[Reported]:
    for one in _objects(path):
        if one.get("schema") == "carhound.run/1":
            for finding in (*one["findings"], *(hidden["finding"] for hidden in one.get("suppressed", ()))):
                yield _finding(finding, path)
        elif one.get("schema") == "carhound.alert/1":
            seen = (_time(one["first_seen"]), _time(one["last_seen"]))
            yield _reported(one["finding"], one["id"], seen, one["count"], tuple(one["hosts"]), str(path))
        else:
            yield _finding(one, path)


def _finding(finding: Mapping[str, Any], path: Path) -> Reported:
    time, computer = _time(finding.get("time")), finding.get("computer")
    hosts = () if computer is None else (computer,)
    return _reported(finding, finding.get("id"), (time, time), 1, hosts, str(path))


def _reported(
    finding: Mapping[str, Any],
    name: object,
    seen: tuple[datetime | None, datetime | None],
    events: int,
    hosts: tuple[str, ...],
    source: str,
) -> Reported:
    try:
        return Reported(
            str(name),
            finding["id"],
            finding["analytic"],
            tuple(finding["implementations"]),
            _fields(finding["native"]),
            _fields(finding["car"]),
            *seen,
            events,
            hosts,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise _no_result(source) from error


def _objects(path: Path) -> list[Mapping[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror or error}", hint="check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise _no_result(str(path)) from error
    try:
        try:
            values = [json.loads(text)]
        except json.JSONDecodeError:
            values = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (json.JSONDecodeError, RecursionError) as error:
        raise _no_result(str(path)) from error
    if not all(isinstance(value, dict) for value in values):
        raise _no_result(str(path))
    return values


def _fields(fields: Mapping[str, Any]) -> Fields:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


def _time(text: str | None) -> datetime | None:
    return None if text is None else parse_time(text)


def _no_result(source: str) -> UsageError:
    return UsageError(
        f"{source} holds no findings of carhound",
        hint="give what 'carhound hunt -f json' or '-f jsonl' wrote, or a file of alerts",
    )
