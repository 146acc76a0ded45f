"""Background noise: the ordinary activity of one machine, made up in the order of time."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from random import Random

from carhound.simulate.accounts import account
from carhound.simulate.activities import Act, everyday
from carhound.simulate.catalogue import program, sign
from carhound.simulate.happenings import (
    DAY,
    HOUR,
    SECOND,
    Connected,
    End,
    FileWritten,
    Happening,
    Key,
    Load,
    Queue,
    RegistryChanged,
    Resolved,
    Start,
    day_of,
)
from carhound.simulate.hours import Hours, on_times
from carhound.simulate.story import Host
from carhound.simulate.windows import booted, home


class Noise:
    """What goes on at one machine beside any story."""

    def __init__(self, host: Host, seed: int, rate: float) -> None:
        """`rate` 1 is a usual machine."""
        self._host = host
        self._random = Random(f"{seed}\0{host.name}\0noise")  # noqa: S311  # a story, no secret
        self._hours = Hours.of(self._random)
        self._rate = rate
        self._queue = Queue()
        self._count = 0
        self._residents: dict[str, tuple[Key, int]] = {}
        self._person = {
            "user": host.user,
            "home": home(host.user),
            "sid": account(host.user).sid,
            "host": host.name,
        }
        self._activities = [
            one
            for one in everyday().activities
            if self._random.random() < one.share and (host.bits == 64 or not one.act.only_64)
        ]

    def happenings(self, start: int, end: int, lives: Sequence[tuple[int, int]] = ()) -> Iterator[Happening]:
        """All of it from start to end. In none of the times in `lives` is the machine switched off."""
        for begin, stop in on_times(start, end, self._hours, lives, self._random):
            if begin > start:
                self._queue.put(booted(begin, self._host))
            at = begin
            while at < stop:
                until = min(at - at % HOUR + HOUR, stop)
                self._hour(at, until)
                yield from self._queue.take(until)
                at = until
            self._queue.clear()
            self._residents.clear()

    def _hour(self, begin: int, end: int) -> None:
        part = (end - begin) / HOUR
        at_work = self._hours.activity(begin)
        planned: list[tuple[int, int]] = []
        for number, activity in enumerate(self._activities):
            if activity.daily is not None:
                at = day_of(begin) + activity.daily + int(self._hours.shift * 600 * SECOND)
                if begin <= at < end:
                    planned.append((at, number))
                continue
            expected = (activity.always + activity.work * at_work) * part * self._rate
            for _ in range(_poisson(expected, self._random)):
                planned.append((begin + int(self._random.random() * (end - begin)), number))
        for at, number in sorted(planned):
            act = self._activities[number].act
            if act.parent in everyday().residents:
                self._perform(act, self._resident(act.parent, at), at + 2 * SECOND)
            elif act.parent is not None:
                self._perform(act, act.parent, at)

    def _resident(self, name: str, at: int) -> Key:
        """A program that stays open for the day, started now where it is not."""
        known = self._residents.get(name)
        if known is not None and at + 2 * SECOND < known[1]:
            return known[0]
        act = everyday().residents[name]
        key = self._start(act, act.parent or "explorer", at)
        self._deeds(act, key, at, 30.0)
        end = max(self._hours.day_end(at), at + HOUR) + int(self._random.random() * HOUR)
        if act.parent == "explorer":
            self._queue.put([End(end, key)])
        else:
            end = at + 10_000 * DAY
        self._residents[name] = (key, end)
        return key

    def _perform(self, act: Act, parent: Key, at: int) -> None:
        shortest, longest = act.life
        life = math.exp(self._random.uniform(math.log(shortest), math.log(longest)))
        key = self._start(act, parent, at)
        self._deeds(act, parent if act.by_parent else key, at, life)
        for child in act.children:
            if self._random.random() < child.chance and (self._host.bits == 64 or not child.only_64):
                later = at + int((0.02 + 0.4 * self._random.random()) * min(life, 60.0) * SECOND)
                self._perform(child, child.parent or key, later)
        self._queue.put([End(at + int(life * SECOND), key, int(self._random.random() < 0.04))])

    def _start(self, act: Act, parent: Key, at: int) -> Key:
        self._count += 1
        key = ("noise", str(self._count))
        random, person = self._random, self._person
        as_person = act.user == "user"
        start = Start(
            at,
            key,
            parent,
            program(act.image.fill(person, random)),
            random.choice(act.commands).fill(person, random),
            self._host.user if as_person else act.user,
            act.integrity,
            person["home"] if as_person or parent == "explorer" else None,
            1 if as_person else None,
        )
        self._queue.put([start])
        return key

    def _deeds(self, act: Act, key: Key, at: int, life: float) -> None:
        random, person = self._random, self._person
        moment = at
        done: list[Happening] = []
        for template in act.loads.choose(random):
            moment += int(random.random() * 60_000)
            word, _, path = template.fill(person, random).rpartition("signed ")
            if self._host.bits == 64 or ("SysWOW64" not in path and "(x86)" not in path):
                module = program(path)
                if word == "un":
                    module = sign(module, False, None, None)
                elif not module.signed and module.signature == "-" and module.company == "-":
                    module = sign(module, True, path.split("\\")[2] + " Ltd.", None)
                done.append(Load(min(moment, at + int(life * 0.9 * SECOND)), key, module))
        reach = min(life * 0.9, 1200.0) * SECOND
        for template in act.files.choose(random):
            done.append(FileWritten(at + int(random.random() * reach), key, template.fill(person, random)))
        for template in act.keys.choose(random):
            target, _, details = template.fill(person, random).partition(" = ")
            when = at + int(random.random() * reach)
            if random.random() < 0.3:
                done.append(RegistryChanged(when, key, "CreateKey", target.rpartition("\\")[0]))
            done.append(RegistryChanged(when, key, "SetValue", target, details))
        for template in act.names.choose(random):
            name = template.fill(person, random)
            when = at + int(random.random() * reach)
            addresses = _addresses(name)
            done.append(Resolved(when, key, name, addresses))
            if random.random() < 0.7:
                done.append(Connected(when + 30_000, key, random.choice(addresses), 443, None))
        self._queue.put(done)


def _addresses(name: str) -> tuple[str, ...]:
    """The addresses of a name, from the ranges that are kept for documentation."""
    digest = hashlib.sha256(name.encode()).digest()
    first, second = f"203.0.113.{digest[0] % 250 + 1}", f"198.51.100.{digest[1] % 250 + 1}"
    return (first, second) if digest[2] % 2 else (first,)


def _poisson(mean: float, random: Random) -> int:
    """How often something happens that is expected `mean` times (Knuth)."""
    if mean <= 0:
        return 0
    if mean > 50:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count
