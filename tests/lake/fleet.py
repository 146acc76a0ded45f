"""A small fleet of machines on which regsvr32 is part of every day, and on one day part of an incident."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from carhound.lake.ingester import Ingester
from carhound.lake.store import Lake
from carhound.model.event import Event, RawEvent
from carhound.model.lake_reports import Day
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.lakes.layout import lake_layout

BEGIN = datetime(2024, 3, 1, tzinfo=UTC)
HOSTS = tuple(f"WS{number}.corp.example" for number in range(1, 6))
INCIDENT_DAY = 65
INCIDENT = r"powershell -nop -w hidden -enc SQBFAFgA"

_SYSTEM = "C:\\Windows\\System32\\"
_DAILY = (
    _SYSTEM + 'cmd.exe /c "C:\\Program Files\\Agent\\register.cmd"',
    _SYSTEM + "rundll32.exe C:\\Program Files\\Agent\\agent.dll,Update",
)
_WEEKLY = (_SYSTEM + "msiexec.exe /i C:\\Packages\\weekly.msi /qn",)


def at(day: int, hour: float = 12) -> datetime:
    return BEGIN + timedelta(days=day, hours=hour)


def name(day: int) -> str:
    return at(day).date().isoformat()


def started(time: datetime, host: str, line: str, number: int, image: str = "cmd.exe") -> RawEvent:
    """A process that regsvr32 started, as Sysmon tells it."""
    data = {
        "UtcTime": f"{time:%Y-%m-%d %H:%M:%S}.000",
        "ProcessGuid": f"{{{number:032x}}}",
        "ProcessId": str(number % 60_000 + 4),
        "Image": _SYSTEM + image,
        "CommandLine": line,
        "ParentImage": _SYSTEM + "regsvr32.exe",
        "ParentCommandLine": "regsvr32.exe /s agent.dll",
    }
    return RawEvent(
        "Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational", "1", host, str(number), time,
        data, {}, f"item {number}",
    )  # fmt: skip


def days(seed: int, last: int = 70) -> Iterator[list[RawEvent]]:
    """What each day brings: recurring lines, now and then one of its own, and the incident on day 65."""
    random = Random(seed)  # noqa: S311
    number = seed * 1_000_000
    victim = random.choice(HOSTS)
    for day in range(last):
        events = []
        for host in HOSTS:
            lines = [random.choice(_DAILY)]
            if day % 7 == 2:
                lines += _WEEKLY
            if random.random() < 0.04:
                lines.append(f'{_SYSTEM}cmd.exe /c "C:\\Users\\Public\\setup {random.randrange(10**6)}.cmd"')
            for line in lines:
                number += 1
                events.append(started(at(day, random.uniform(7, 18)), host, line, number))
        if day == INCIDENT_DAY:
            number += 1
            events.append(started(at(day, random.uniform(0, 23.9)), victim, INCIDENT, number))
        yield events


class Filling:
    """A lake that raw events are put into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lake = Lake.create_or_open(folder, lake_layout())
        self._normalizer = Normalizer()

    def events(self, raws: Iterable[RawEvent], file: str) -> list[Event]:
        return [self._normalizer.event(raw, file, "evtx") for raw in raws]

    def add(self, raws: Iterable[RawEvent], file: str = "a.evtx") -> set[Day]:
        """One batch; gives the days that events were added to."""
        ingester = Ingester(self.lake)
        for event in self.events(raws, file):
            ingester.add(event, 0)
        if ingester.waiting:
            ingester.commit()
        return ingester.days
