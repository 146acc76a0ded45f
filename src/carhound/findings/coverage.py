"""What was read, file by file and host by host, and what could be judged where."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Literal, TypeVar

from msgspec import Struct, field

from carhound.findings.run import FileReport, HostCoverage
from carhound.model.datasets import SECURITY, SYSMON
from carhound.model.event import Event
from carhound.model.evidence import Damage, Glimpsed, Remark, Skipped

_PLACES = 1000
"""Damaged places of a file that are listed: a file of nothing else must not fill the memory."""
_MOST_KINDS = 1000
"""Kinds of events remembered; real evidence has hundreds."""


_Noted = TypeVar("_Noted", Skipped, Remark)


class FileTally(Struct):
    """One file while it is read."""

    path: str
    format: str | None
    bytes: int | None
    sha256: str | None = None
    events: int = 0
    unread: int = 0
    """Of these, how many were only glimpsed."""
    eligible: int = 0
    damaged: list[Damage] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    computers: set[str | None] = field(default_factory=set)
    unlisted: int = 0
    unlisted_records: int = 0

    def note(self, item: Damage | Skipped | Remark) -> None:
        """Takes note of what is told beside the events of a file."""
        match item:
            case Damage():
                self.damage(item)
            case Skipped():
                self.skipped.append(item)
            case Remark():
                self.remarks.append(item)

    def damage(self, item: Damage) -> None:
        """Takes note of damage; beyond the first places of a file they are only counted."""
        if len(self.damaged) < _PLACES:
            self.damaged.append(item)
            return
        self.unlisted += 1
        self.unlisted_records += item.records or 0

    def join(self, other: "FileTally") -> None:
        """Adds what stands further on in the same file."""
        self.format = self.format or other.format
        self.sha256 = self.sha256 or other.sha256
        self.events += other.events
        self.unread += other.unread
        self.eligible += other.eligible
        for item in other.damaged:
            self.damage(item)
        self.skip(other.skipped)
        self.computers |= other.computers
        self.unlisted += other.unlisted
        self.unlisted_records += other.unlisted_records
        self.remark(other.remarks)

    def skip(self, skipped: Iterable[Skipped]) -> None:
        """Takes note of what was left out; where several records were for one reason, they are told once."""
        _join(self.skipped, skipped)

    def remark(self, remarks: Iterable[Remark]) -> None:
        """Takes note of remarks; those that say the same of several records become one."""
        _join(self.remarks, remarks)

    def report(self, duplicates: int) -> FileReport:
        """The file as outputs show it."""
        return FileReport(
            self.path,
            self.format,
            self.bytes,
            self.sha256,
            self.events,
            self.eligible,
            duplicates,
            (*self.damaged, *self._more()),
            tuple(self.skipped),
            tuple(self.remarks),
            self.unread,
        )

    def _more(self) -> Iterator[Damage]:
        if self.unlisted:
            reason = f"damaged as well; only the first {_PLACES} are listed"
            yield Damage(f"{self.unlisted} further places", reason, None, self.unlisted_records)


class _Host(Struct):
    events: int = 0
    first: datetime | None = None
    last: datetime | None = None
    sysmon_1: int = 0
    sysmon_7: int = 0
    security_4688: int = 0
    with_command_line: int = 0
    security_4688_unread: int = 0
    judged: set[int] = field(default_factory=set)
    """Numbers of the plans with eligible events here, in files on which they could be judged."""
    pending: set[tuple[tuple[int, ...], str | None]] = field(default_factory=set)
    """Likewise, of the file being read, with the provider of the events."""

    def count(
        self, provider: str | None, channel: str | None, event_id: str | None, events: int
    ) -> "_Sensor | None":
        """Counts events of a kind; as what they are counted."""
        sensor = _sensor(provider, channel, event_id)
        match sensor:
            case "sysmon_1":
                self.sysmon_1 += events
            case "sysmon_7":
                self.sysmon_7 += events
            case "security_4688":
                self.security_4688 += events
        return sensor


class HostTally:
    """Every computer met, while evidence is read."""

    def __init__(self) -> None:
        self._hosts: dict[str | None, _Host] = {}

    def add(self, event: Event, eligible: tuple[int, ...]) -> None:
        """Counts one event; `eligible` are the plans it could match."""
        host = self._met(event.computer, 1, event.time, event.time)
        if event.event_id in _COUNTED:
            sensor = host.count(event.provider, event.channel, event.event_id, 1)
            host.with_command_line += sensor == "security_4688" and bool(event.data.get("CommandLine"))
        if eligible:
            host.pending.add((eligible, event.provider or event.channel))

    def add_glimpsed(self, glimpsed: Glimpsed, eligible: tuple[int, ...]) -> None:
        """Counts events of which only the header was looked at."""
        host = self._met(glimpsed.computer, glimpsed.events, glimpsed.first, glimpsed.last)
        if glimpsed.event_id in _COUNTED:
            sensor = host.count(glimpsed.provider, glimpsed.channel, glimpsed.event_id, glimpsed.events)
            host.security_4688_unread += glimpsed.events * (sensor == "security_4688")
        if eligible:
            host.pending.add((eligible, glimpsed.provider or glimpsed.channel))

    def _met(self, name: str | None, events: int, first: datetime | None, last: datetime | None) -> _Host:
        """The host, with so many events more, from `first` to `last`."""
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = _Host()
        host.events += events
        if first is not None and (host.first is None or first < host.first):
            host.first = first
        if last is not None and (host.last is None or last > host.last):
            host.last = last
        return host

    def join(self, other: "HostTally") -> None:
        """Adds what another one counted, also in the file being read."""
        for name, found in other._hosts.items():
            host = self._met(name, found.events, found.first, found.last)
            host.sysmon_1 += found.sysmon_1
            host.sysmon_7 += found.sysmon_7
            host.security_4688 += found.security_4688
            host.with_command_line += found.with_command_line
            host.security_4688_unread += found.security_4688_unread
            host.judged |= found.judged
            host.pending |= found.pending

    def end_file(self, blind: Iterable[tuple[int, str | None]]) -> None:
        """A file ends on which the plans in `blind` could not be judged, None being the events of all."""
        not_judged = set(blind)
        for host in self._hosts.values():
            host.judged |= {
                plan
                for plans, provider in host.pending
                for plan in plans
                if (plan, provider) not in not_judged and (plan, None) not in not_judged
            }
            host.pending.clear()

    def coverage(self, plans: dict[int, tuple[str, str]]) -> tuple[HostCoverage, ...]:
        """The hosts by name, those without a name last; `plans` names the plans that count."""
        return tuple(
            HostCoverage(
                name,
                host.first,
                host.last,
                host.events,
                host.sysmon_1,
                host.sysmon_7,
                host.security_4688,
                host.with_command_line,
                tuple(plans[number] for number in sorted(host.judged) if number in plans),
                host.security_4688_unread,
            )
            for name, host in sorted(self._hosts.items(), key=lambda item: (item[0] is None, item[0] or ""))
        )


_Sensor = Literal["sysmon_1", "sysmon_7", "security_4688"]
_COUNTED = frozenset({"1", "7", "4688"})


@lru_cache(_MOST_KINDS)
def _sensor(provider: str | None, channel: str | None, event_id: str | None) -> _Sensor | None:
    """As what events of a kind are counted."""
    if SYSMON.holds(provider, channel):
        return "sysmon_1" if event_id == "1" else "sysmon_7" if event_id == "7" else None
    return "security_4688" if event_id == "4688" and SECURITY.holds(provider, channel) else None


def _join(noted: list[_Noted], others: Iterable[_Noted]) -> None:
    """Adds others to what is noted, as one where both say the same of several records."""
    for other in others:
        for at, one in enumerate(noted):
            if (joined := one.joined(other)) is not None:
                noted[at] = joined
                break
        else:
            noted.append(other)


def archive_of(path: str) -> str | None:
    """The file on disk that a member of an archive came out of; None where there is none."""
    while path := path.rpartition("/")[0]:
        if os.path.isfile(path):
            return path
    return None


def file_hash(path: str) -> str | None:
    """SHA-256 of a file in hex, None where there is no such file or it cannot be read."""
    try:
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
