"""A machine: turns what happens on it into the records that its event logs hold."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import assert_never

from carhound.simulate import security, sysmon
from carhound.simulate.accounts import Logons, account
from carhound.simulate.event import Simulated
from carhound.simulate.happenings import (
    EPOCH,
    HOUR,
    Boot,
    Connected,
    End,
    FileWritten,
    Happening,
    Key,
    Load,
    RegistryChanged,
    Resolved,
    Start,
)
from carhound.simulate.processes import Numbers, Process, guid
from carhound.simulate.story import Host
from carhound.simulate.windows import booted, home

_SERVICE_SID = "S-1-5-18"


class Machine:
    """One machine from the moment recording begins. What happens must come in the order of time."""

    def __init__(self, host: Host, at: int, seed: int, *, audited: bool = True) -> None:
        """It has been running for a while when recording begins, at `at`; `audited` machines write 4688."""
        self._host = host
        self._audited = audited
        self._random = Random(f"{seed}\0{host.name}\0machine")  # noqa: S311  # a story, no secret
        digest = hashlib.sha256(f"{seed}\0{host.name}".encode("utf-8", "surrogatepass")).digest()
        self._id = digest[:4].hex()
        self._address = f"10.{digest[4] % 64}.{digest[5]}.{digest[6] % 250 + 4}"
        domain = host.user.partition("\\")[0]
        self._account = (domain, f"{host.name.partition('.')[0].upper()}$")
        self._logons = Logons(self._random)
        self._numbers = Numbers(self._random)
        self._processes: dict[Key, Process] = {}
        self._starts = self._random.randrange(3, 90)
        self._sequence = 0
        self._last = 0
        self._record_ids: dict[str, int] = {}
        began = at - self._random.randrange(2 * HOUR, 90 * HOUR)
        for happening in booted(began, host):
            for _ in self.records(happening):
                pass
        self._last = 0
        gone = self._random.randrange(300, 6000)
        self._sequence += gone
        self._numbers.skip(gone // 2)
        self._record_ids = {
            sysmon.CHANNEL: self._random.randrange(1_000, 900_000),
            security.CHANNEL: self._random.randrange(1_000, 900_000),
        }

    def records(self, happening: Happening) -> Iterator[Simulated]:
        """The records of one happening. One about a process that is not running leaves none."""
        match happening:
            case Boot():
                self._boot(happening.at)
            case Start():
                yield from self._start(happening)
            case End():
                process = self._processes.pop(happening.key, None)
                if process is not None:
                    self._numbers.give_back(process.pid)
                    data = sysmon.process_ended(happening.at, process)
                    yield self._sysmon(5, happening.at, data)
                    if self._audited:
                        data = security.process_ended(process, happening.status, self._account)
                        yield self._security(security.ENDED, data)
            case Load() | FileWritten() | RegistryChanged() | Connected() | Resolved():
                process = self._processes.get(happening.key)
                if process is not None:
                    yield self._deed(happening, process)
            case _:
                assert_never(happening)

    def _boot(self, at: int) -> None:
        self._processes.clear()
        self._starts += 1
        self._sequence = 0
        self._logons.boot(at)
        self._numbers.boot()

    def _start(self, start: Start) -> Iterator[Simulated]:
        parent = self._processes.get(start.parent) if start.parent is not None else None
        if start.parent is not None and parent is None:
            return
        user = (
            account(start.user)
            if start.user is not None
            else parent.user
            if parent
            else account(self._host.user)
        )
        integrity = start.integrity or (parent.integrity if parent else "Medium")
        self._sequence += 1
        new = Process(
            4 if start.key == "system" else self._numbers.take(),
            guid(self._id, start.at, self._sequence | self._starts << 48),
            start.program,
            start.command_line,
            start.directory or (parent.directory if parent else home(self._host.user)),
            user,
            self._logons.of(user, integrity == "High", start.at),
            integrity,
            start.session if start.session is not None else parent.session if parent else 1,
        )
        self._processes[start.key] = new
        if start.key == "system":
            return  # the kernel is there before anybody could log it
        gone = self._numbers.take() if parent is None and start.parent is None else 0
        if self._audited:
            data = security.process_created(new, parent, gone, self._account)
            yield self._security(security.CREATED, data, start.at)
        logon_guid = guid(self._id, new.logon.at, new.logon.number)
        yield self._sysmon(1, start.at, sysmon.process_created(start.at, new, logon_guid, parent, gone))

    def _deed(
        self, deed: Load | FileWritten | RegistryChanged | Connected | Resolved, process: Process
    ) -> Simulated:
        at = deed.at
        match deed:
            case Load():
                return self._sysmon(7, at, sysmon.module_loaded(at, process, deed.module))
            case FileWritten():
                return self._sysmon(11, at, sysmon.file_created(at, process, deed.path))
            case RegistryChanged():
                number = 13 if deed.change == "SetValue" else 12
                return self._sysmon(number, at, sysmon.registry_changed(at, process, deed))
            case Connected():
                own = (self._address, self._host.name, self._random.randrange(49152, 65536))
                return self._sysmon(3, at, sysmon.connected(at, process, deed, own))
            case Resolved():
                return self._sysmon(22, at, sysmon.resolved(at, process, deed))
            case _:
                assert_never(deed)

    def _sysmon(self, event_id: int, at: int, data: dict[str, str]) -> Simulated:
        """Sysmon writes some milliseconds after the fact, and from threads of its own."""
        chance = self._random.random()
        return Simulated(
            sysmon.PROVIDER,
            sysmon.PROVIDER_GUID,
            sysmon.CHANNEL,
            self._host.name,
            event_id,
            sysmon.VERSIONS[event_id],
            sysmon.LEVEL,
            event_id,
            0,
            sysmon.KEYWORDS,
            self._record_id(sysmon.CHANNEL),
            self._time(at + 300 + int(chance * 3000)),
            2300 + self._starts % 50 * 4,
            3400 + int(chance * 4) * 4,
            _SERVICE_SID,
            data,
        )

    def _security(self, event_id: int, data: dict[str, str], at: int = 0) -> Simulated:
        return Simulated(
            security.PROVIDER,
            security.PROVIDER_GUID,
            security.CHANNEL,
            self._host.name,
            event_id,
            security.VERSIONS[event_id],
            security.LEVEL,
            security.TASKS[event_id],
            0,
            security.KEYWORDS,
            self._record_id(security.CHANNEL),
            self._time(at),
            4,
            88 + self._sequence % 6 * 4,
            None,
            data,
        )

    def _record_id(self, channel: str) -> int:
        number = self._record_ids.get(channel, 0) + 1
        self._record_ids[channel] = number
        return number

    def _time(self, at: int) -> datetime:
        """The record's own time: never before that of the record before it."""
        self._last = max(self._last + 1, at)
        return EPOCH + timedelta(microseconds=self._last)
