"""Stories and background to records: every machine by itself, and all of them in the order of time."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from heapq import merge
from operator import attrgetter
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from carhound.errors import ScenarioError, UsageError
from carhound.simulate import security as security_log
from carhound.simulate import sysmon
from carhound.simulate.activities import everyday
from carhound.simulate.event import Simulated
from carhound.simulate.happenings import DAY, Happening, day_of, microseconds
from carhound.simulate.machine import Machine
from carhound.simulate.noise import Noise
from carhound.simulate.story import Background, Host, Scenario

CHANNELS = (sysmon.CHANNEL, security_log.CHANNEL)
_BEGINNING = 19_877 * DAY
"""Monday, 2024-06-03: when background begins that has no story to go with."""


class Simulation(Struct, frozen=True):
    """What will be simulated. It can be asked for its records again and again, and gives the same."""

    hosts: tuple[Host, ...]
    channels: tuple[str, ...]
    seed: int
    stories: dict[str, tuple[tuple[Happening, ...], ...]]
    """By host: of each scenario what happens there."""
    lives: dict[str, tuple[tuple[int, int], ...]]
    background: Background | None
    start: int
    """When recording begins, in microseconds since 1970."""
    background_start: int
    """When background begins; its days are counted from midnight before that."""

    def records(
        self, *, hosts: Collection[str] | None = None, channels: Collection[str] | None = None
    ) -> Iterator[Simulated]:
        """The records in the order of time; of all hosts and channels, or of some."""
        wanted = self.channels if channels is None else [one for one in self.channels if one in channels]
        streams = [
            self._host_records(host, wanted) for host in self.hosts if hosts is None or host.name in hosts
        ]
        return merge(*streams, key=attrgetter("time"))

    def _host_records(self, host: Host, channels: Sequence[str]) -> Iterator[Simulated]:
        machine = Machine(host, self.start, self.seed, audited=security_log.CHANNEL in channels)
        streams: list[Iterable[Happening]] = list(self.stories.get(host.name, ()))
        if self.background is not None and self.background.hosts > 0:
            noise = Noise(host, self.seed, self.background.rate)
            begin = self.background_start
            end = day_of(begin) + self.background.days * DAY
            streams.append(noise.happenings(begin, end, self.lives.get(host.name, ())))
        for happening in merge(*streams, key=attrgetter("at")):
            for record in machine.records(happening):
                if record.channel in channels:
                    yield record


def events(
    scenarios: Sequence[Scenario],
    *,
    hosts: int | None = None,
    days: int | None = None,
    seed: int = 0,
    start: datetime | None = None,
    security: bool = True,
) -> Iterator[Simulated]:
    """The records that scenarios leave behind, in the order of time; arguments as for `simulation`."""
    return simulation(scenarios, hosts=hosts, days=days, seed=seed, start=start, security=security).records()


def simulation(
    scenarios: Sequence[Scenario],
    *,
    hosts: int | None = None,
    days: int | None = None,
    seed: int = 0,
    start: datetime | None = None,
    security: bool = True,
) -> Simulation:
    """Lays out a simulation.

    Args:
        scenarios: The stories; the same host in two of them is one machine.
        hosts: Machines with background activity, those of the stories first. 0 is no background at all;
            None is what the scenarios themselves ask for.
        days: Days of background; the last is the day on which the stories end.
        seed: The same seed gives the same records, another one other ids, times and background.
        start: When recording begins. Without background the first story begins then; with it, stories are
            moved by whole days. None leaves the stories where they are.
        security: Whether the Security log tells of processes too.

    Raises:
        ScenarioError: two scenarios do not go together.
        UsageError: there is nothing to simulate.
    """
    background = _background(scenarios, hosts, days)
    if not scenarios and background is None:
        raise UsageError(
            "nothing to simulate", hint="name a scenario, or ask for background with --hosts and --days"
        )
    machines = _machines(scenarios, background, seed)
    begin, first, shift = _placed(scenarios, background, None if start is None else microseconds(start))
    stories: dict[str, list[tuple[Happening, ...]]] = {}
    lives: dict[str, list[tuple[int, int]]] = {}
    for scenario in scenarios:
        for name, happenings in scenario.happenings.items():
            moved = tuple(replace(one, at=one.at + shift) for one in happenings) if shift else happenings
            stories.setdefault(name.lower(), []).append(moved)
        for name, spans in scenario.lives.items():
            lives.setdefault(name.lower(), []).extend((one + shift, two + shift) for one, two in spans)
    return Simulation(
        machines,
        CHANNELS if security else CHANNELS[:1],
        seed,
        {host.name: tuple(stories.get(host.name.lower(), ())) for host in machines},
        {host.name: tuple(sorted(lives.get(host.name.lower(), ()))) for host in machines},
        background,
        first,
        begin,
    )


def _background(scenarios: Sequence[Scenario], hosts: int | None, days: int | None) -> Background | None:
    own = [one.background for one in scenarios if one.background is not None]
    if hosts == 0 or days == 0 or (hosts is None and days is None and not own):
        return None
    story_hosts = {host.name.lower() for one in scenarios for host in one.hosts}
    least = max(len(story_hosts), 1)
    return Background(
        max(hosts if hosts is not None else max((one.hosts for one in own), default=1), least),
        days if days is not None else max((one.days for one in own), default=1),
        max((one.rate for one in own), default=1.0),
    )


def _machines(scenarios: Sequence[Scenario], background: Background | None, seed: int) -> tuple[Host, ...]:
    machines: dict[str, Host] = {}
    ids: set[str] = set()
    for scenario in scenarios:
        if scenario.id in ids:
            raise ScenarioError(
                f"the scenario {scenario.id!r} is given twice", hint="name it once, or give one another id"
            )
        ids.add(scenario.id)
        for host in scenario.hosts:
            known = machines.setdefault(host.name.lower(), host)
            if known.bits != host.bits:
                raise ScenarioError(
                    f"{scenario.source}: {host.name} has {host.bits} bits here and {known.bits} elsewhere",
                    hint="give one of the two hosts another name",
                )
    if background is not None:
        random = Random(f"{seed}\0people")  # noqa: S311  # a story, no secret
        life, number = everyday(), 0
        while len(machines) < background.hosts:
            number += 1
            name = f"pc{number:04d}.{life.suffix}"
            user = f"{random.choice(life.first_names)}.{random.choice(life.last_names)}"
            machines.setdefault(name, Host(name, f"{life.domain}\\{user}"))
    return tuple(machines.values())


def _placed(
    scenarios: Sequence[Scenario], background: Background | None, start: int | None
) -> tuple[int, int, int]:
    """When background and recording begin, and by how much the stories are moved."""
    first = min((one.start for one in scenarios), default=_BEGINNING)
    if background is None:
        begin = first if start is None else start
        return begin, begin, begin - first
    last = max((day_of(one.end) for one in scenarios), default=_BEGINNING + (background.days - 1) * DAY)
    begin = last - (background.days - 1) * DAY if start is None else start
    shift = day_of(begin) + (background.days - 1) * DAY - last
    return begin, min(begin, first + shift) if scenarios else begin, shift
