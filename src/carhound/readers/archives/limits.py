"""How much an archive may unpack to: what guards a run against archives made to exhaust the machine.

Two ratios, because a bomb must not hide the evidence beside it: one compressed stream that grows beyond
`ratio` is cut off alone, and its neighbours are read; a whole file that does is left where that is noticed.
"""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from carhound.errors import UsageError

_UNITS = {"k": 10, "m": 20, "g": 30, "t": 40}
_HINT = "write LIMIT=NUMBER, with LIMIT one of size, ratio, members or depth, for example size=200G"


class Limits(Struct, frozen=True):
    """Of one file named or met in a folder, with all that is in it."""

    size: int = 64 << 30
    """Bytes it may unpack to in all."""
    ratio: int = 200
    """How many times its own size it may unpack to."""
    members: int = 100_000
    """Files, folders and links in it."""
    depth: int = 3
    """Archives in one another, the outermost counted."""
    free: int = 100 << 20
    """Bytes that one stream may always unpack to, whatever the ratio; a whole file ten times that."""
    spool: int = 8 << 20
    """Bytes of an inner archive that are held in memory before a temporary file takes it."""


DEFAULT = Limits()


def read_limits(given: tuple[str, ...]) -> Limits:
    """The limits changed as given: "size=200G", "ratio=1000", "members=1000000", "depth=5".

    Raises:
        UsageError: one of them cannot be read.
    """
    limits = DEFAULT
    for one in given:
        name, _, value = one.partition("=")
        digits, unit = value.strip().lower().removesuffix("b"), 0
        if name.strip() == "size" and digits[-1:] in _UNITS:
            digits, unit = digits[:-1], _UNITS[digits[-1:]]
        if name.strip() not in ("size", "ratio", "members", "depth") or not (
            digits.isascii() and digits.isdigit() and len(digits) < 18 and int(digits)
        ):
            raise UsageError(f"--archive-limit {one!r} cannot be read", hint=_HINT)
        limits = replace(limits, **{name.strip(): int(digits) << unit})
    return limits


class LimitError(Exception):
    """Reading stops here on purpose; the message says at which limit and how it is raised."""


class Budget:
    """What one file has been unpacked to so far. `packed` tells its own size, as far as it is known."""

    def __init__(self, limits: Limits, packed: Callable[[], int]) -> None:
        self.limits = limits
        self.hit: str | None = None
        """Why nothing more of this file is read, once that is so."""
        self._packed = packed
        self._unpacked = 0
        self._members = 0

    def unpack(self, count: int) -> None:
        """So many bytes more have been unpacked. Raises LimitError."""
        self._unpacked += count
        limits = self.limits
        if self._unpacked > limits.size:
            self._stop("size", limits.size, f"the archive unpacks to more than {_size(limits.size)}")
        if self._unpacked > 10 * limits.free and self._unpacked > limits.ratio * self._packed():
            self._stop(
                "ratio", limits.ratio, f"the archive unpacks to more than {limits.ratio} times its size"
            )

    def member(self) -> None:
        """One member more. Raises LimitError."""
        self._members += 1
        if self._members > self.limits.members:
            self._stop("members", self.limits.members, too_many(self.limits.members))

    def _stop(self, name: str, value: int, about: str) -> None:
        self.hit = raised(about, name, value)
        raise LimitError(self.hit)


def raised(about: str, name: str, value: int, to: int | None = None) -> str:
    """The reason, and the option that raises the limit `name` from `value`."""
    more = 10 * value if to is None else to
    shown = _size(more, "") if name == "size" else str(more)
    return f"{about}, the limit; --archive-limit {name}={shown} would raise it"


def too_many(members: int) -> str:
    """For messages."""
    return f"the archive has more than {members} members"


def _size(count: int, space: str = " ") -> str:
    for unit in "TGMK":
        if count >= 1 << _UNITS[unit.lower()]:
            return f"{count >> _UNITS[unit.lower()]}{space}{unit}{'B' if space else ''}"
    return f"{count}{space}{'bytes' if space else ''}"
