"""Accounts of Windows: their security identifiers, and the logons of a machine."""

import hashlib
from functools import cache
from random import Random

from msgspec import Struct

SYSTEM = "NT AUTHORITY\\SYSTEM"

_SERVICES = {
    "nt authority\\system": ("S-1-5-18", 0x3E7),
    "nt authority\\local service": ("S-1-5-19", 0x3E5),
    "nt authority\\network service": ("S-1-5-20", 0x3E4),
}
LABELS = {
    "Untrusted": "S-1-16-0",
    "Low": "S-1-16-4096",
    "Medium": "S-1-16-8192",
    "High": "S-1-16-12288",
    "System": "S-1-16-16384",
}
"""Integrity level -> the mandatory label of the Security log."""


class Account(Struct, frozen=True):
    """An account, as the two logs write it."""

    text: str
    """DOMAIN\\name."""
    domain: str
    name: str
    sid: str


@cache
def account(text: str) -> Account:
    """The account called DOMAIN\\name; the identifier is made up, the same for the same name everywhere."""
    domain, _, name = text.rpartition("\\")
    known = _SERVICES.get(text.lower())
    if known is not None:
        return Account(text, domain, name, known[0])
    if domain.lower() == "window manager":
        return Account(text, domain, name, f"S-1-5-90-0-{name.rpartition('-')[2]}")
    if domain.lower() == "font driver host":
        return Account(text, domain, name, f"S-1-5-96-0-{name.rpartition('-')[2]}")
    parts = hashlib.sha256(f"carhound\0{domain.lower()}".encode("utf-8", "surrogatepass")).digest()
    numbers = "-".join(str(int.from_bytes(parts[at : at + 4], "big")) for at in (0, 4, 8))
    relative = hashlib.sha256(f"carhound\0{text.lower()}".encode("utf-8", "surrogatepass")).digest()
    return Account(
        text, domain, name, f"S-1-5-21-{numbers}-{1101 + int.from_bytes(relative[:2], 'big') % 8000}"
    )


class Logon(Struct, frozen=True):
    """A logon session."""

    number: int
    at: int
    """Microseconds since 1970; its GUID tells the second."""

    @property
    def hexadecimal(self) -> str:
        """As both logs write it."""
        return f"0x{self.number:x}"


class Logons:
    """The logon sessions of a machine since it started; an elevated token has a session of its own."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._sessions: dict[tuple[str, bool], Logon] = {}
        self._next = 0
        self._boot = 0

    def boot(self, at: int) -> None:
        """Ends all of them."""
        self._sessions.clear()
        self._boot = at
        self._next = 0x10000 + self._random.randrange(0x8000)

    def of(self, user: Account, elevated: bool, at: int) -> Logon:
        """The account's session, begun now where it has none."""
        known = _SERVICES.get(user.text.lower())
        key = (user.text.lower(), elevated and known is None)
        if key not in self._sessions:
            if known is not None:
                self._sessions[key] = Logon(known[1], self._boot)
            else:
                self._next += 1 + self._random.randrange(0x4000)
                self._sessions[key] = Logon(self._next, at)
        return self._sessions[key]
