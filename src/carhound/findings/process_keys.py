"""What stands for processes where many are kept: their GUIDs and process ids, each with its host."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

from carhound.findings.process_events import (
    STARTS_AND_ENDS,
    Act,
    Header,
    Start,
    Told,
    Who,
    parent_in,
    process_in,
)
from carhound.model.event import Value

_GUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SWAPPED = (6, 4, 2, 0, 11, 9, 16, 14)
"""Where in the text the pairs of digits stand that begin the bytes of a GUID as Windows stores it."""
_HOST_SIZE = 12


def guid_key(who: Who) -> bytes | None:
    """Of a process's guid; None where it has none."""
    return None if who.guid is None else _guid_key(who.host, who.guid)


def number_key(who: Who) -> bytes | None:
    """Of its process id, which other processes may have at other times."""
    return None if who.pid is None else _number_key(who.host, who.pid)


def digest(*texts: str, size: int = 16) -> bytes:
    """Stands for texts."""
    return blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=size).digest()


@lru_cache(maxsize=4096)
def _guid_key(host: str, guid: str) -> bytes:
    """One process has many events in a row."""
    if _GUID.fullmatch(guid) is None:
        return b"?" + digest(host, guid)
    swapped = "".join([guid[at : at + 2] for at in _SWAPPED])
    return b"g" + _host_key(host) + bytes.fromhex(swapped + guid[19:23] + guid[24:])


@lru_cache(maxsize=4096)
def _number_key(host: str, pid: str) -> bytes:
    return b"n" + _host_key(host) + pid.encode()


@lru_cache(maxsize=4096)
def _host_key(host: str) -> bytes:
    return digest(host, size=_HOST_SIZE)


@dataclass(slots=True)
class Asked:
    """What a log was asked about: what it holds beside this changes no answer."""

    processes: set[bytes] = field(default_factory=set)
    """Keys by which starts and ends were looked for."""
    parents: set[bytes] = field(default_factory=set)
    """Keys by which children were looked for."""
    doers: set[bytes] = field(default_factory=set)
    """Keys by which deeds were looked for."""

    def concerns(self, one: Told) -> bool:
        """Whether an answer may depend on this."""
        if isinstance(one, Act):
            return self._names_doer(one.who)
        return self._names_process(one.who) or (
            isinstance(one, Start) and not self.parents.isdisjoint(parent_keys(one))
        )

    def may_concern(self, header: Header, data: Mapping[str, Value]) -> bool:
        """Likewise on an event with this payload; of it `KEY_FIELDS` are enough."""
        who = process_in(header, None, data)
        if who is None:
            return False
        if header.event_id not in STARTS_AND_ENDS:
            return self._names_doer(who)
        if self._names_process(who):
            return True
        parent = parent_in(header, who, data)
        return parent is not None and not self.parents.isdisjoint((guid_key(parent), number_key(parent)))

    def _names_doer(self, who: Who) -> bool:
        return (guid_key(who) or number_key(who)) in self.doers

    def _names_process(self, who: Who) -> bool:
        return guid_key(who) in self.processes or number_key(who) in self.processes


def parent_keys(start: Start) -> tuple[bytes | None, bytes | None]:
    """The keys of the process that started another one."""
    parent = start.who._replace(guid=start.parent_guid, pid=start.parent_pid)
    return guid_key(parent), number_key(parent)
