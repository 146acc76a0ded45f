"""When somebody works at a machine, and when it is switched on."""

from collections.abc import Iterator, Sequence
from random import Random

from msgspec import Struct

from carhound.simulate.happenings import DAY, HOUR, SECOND, day_of

_MONDAY = 4 * DAY
"""1970-01-05."""
_MARGIN = 90 * SECOND


class Hours(Struct, frozen=True):
    """The habits of a person. Times of day are UTC."""

    begin: int
    end: int
    """Microseconds after midnight."""
    diligence: float
    """How much is done, 1 in the middle."""
    laptop: bool
    """Taken home: off at night and at weekends. Other machines are only restarted at times."""
    shift: float
    """From 0 to 1: who comes first where all do the same at the same time of day."""

    @classmethod
    def of(cls, random: Random) -> "Hours":
        """Made up."""
        begin = int((7 + 2.5 * random.random()) * HOUR)
        length = int((8 + 1.5 * random.random()) * HOUR)
        return cls(
            begin, begin + length, 0.6 + 0.8 * random.random(), random.random() < 0.35, random.random()
        )

    def activity(self, at: int) -> float:
        """How much goes on in the hour of a time."""
        if not _working_day(at):
            return 0.01 * self.diligence
        hour = at % DAY
        if not self.begin - HOUR < hour < self.end:
            return 0.0
        part = min(1.0, (hour + HOUR - self.begin) / HOUR, (self.end - hour) / HOUR)
        return part * self.diligence * (0.45 if 12 * HOUR <= hour - hour % HOUR < 13 * HOUR else 1.0)

    def day_end(self, at: int) -> int:
        """When the working day of a time is over."""
        return day_of(at) + self.end


def on_times(
    start: int, end: int, hours: Hours, lives: Sequence[tuple[int, int]], random: Random
) -> Iterator[tuple[int, int]]:
    """The times from start to end in which a machine is on; `lives` are times in which it must be."""
    begin = start
    day = day_of(start)
    while day < end:
        off, on = _pause(day, hours, random)
        needed = any(first < on + _MARGIN and off - _MARGIN < last for first, last in lives)
        if begin + HOUR < off and on < end and not needed:
            yield begin, off
            begin = on
        day += DAY
    yield begin, end


def _pause(day: int, hours: Hours, random: Random) -> tuple[int, int]:
    """From when to when a machine may be off on a day; a pause that never comes lies before the day."""
    evening, night, length = random.random(), random.random(), random.random()
    if hours.laptop:
        off = day + hours.end + int((0.2 + 2 * evening) * HOUR)
        nights = 1
        while not _working_day(day + nights * DAY):
            nights += 1
        on = day + nights * DAY + hours.begin - int(600 * night * SECOND)
        return (off, on) if _working_day(day) else (day - 2 * DAY, day - DAY)
    if night < 0.9:
        return day - 2 * DAY, day - DAY
    off = day + int((2.5 + 2 * evening) * HOUR)
    return off, off + int((40 + 50 * length) * SECOND)


def _working_day(at: int) -> bool:
    return (at - _MONDAY) // DAY % 7 < 5
