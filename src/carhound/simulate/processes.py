"""Processes of one machine: their ids and GUIDs."""

from collections import deque
from random import Random

from msgspec import Struct

from carhound.simulate.accounts import Account, Logon
from carhound.simulate.catalogue import Program
from carhound.simulate.happenings import SECOND, Integrity

NO_GUID = "{00000000-0000-0000-0000-000000000000}"
_RESTING = 300
"""So many ids of ended processes rest before the first of them is given out again."""


class Process(Struct):
    """A running process."""

    pid: int
    guid: str
    program: Program
    command_line: str
    directory: str
    user: Account
    logon: Logon
    integrity: Integrity
    session: int


def guid(machine: str, at: int, token: int) -> str:
    """A GUID as Sysmon makes them: of the machine, a time in seconds, and a number of 64 bits.

    For a process the number is its start key (the count of processes since the machine started, in the upper
    16 bits that of the starts), for a logon its id.
    """
    seconds = at // SECOND
    tail = token.to_bytes(8, "little").hex()
    return f"{{{machine}-{seconds & 0xFFFF:04x}-{seconds >> 16 & 0xFFFF:04x}-{tail[:4]}-{tail[4:]}}}"


class Numbers:
    """The process ids of a machine: multiples of four, those of ended processes given out again."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._resting: deque[int] = deque()
        self._next = 0

    def boot(self) -> None:
        """Begins again with low ids."""
        self._resting.clear()
        self._next = 4 * self._random.randrange(20, 90)

    def skip(self, count: int) -> None:
        """So many processes have come and gone."""
        self._next += 4 * count

    def take(self) -> int:
        """An id that no running process has."""
        if len(self._resting) > _RESTING:
            return self._resting.popleft()
        self._next += 4 * self._random.randrange(1, 12)
        return self._next

    def give_back(self, pid: int) -> None:
        """The process has ended."""
        self._resting.append(pid)
