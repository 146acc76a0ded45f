"""What stands for processes where many are kept: their GUIDs and process ids, each with its host."""

from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from msgspec import Struct, field

from carhound.findings.lineage.events import Outline, Start, Who
from carhound.model.guids import GUID_SIZE, stored_guid

_HOST_SIZE = 12


def guid_key(who: Who) -> bytes | None:
    """Of a process's guid; None where it has none."""
    return None if who.guid is None else _guid_key(who.host, who.guid)


def number_key(who: Who) -> bytes | None:
    """Of its process id, which other processes may have at other times."""
    return None if who.pid is None else key_of_pid(who.host, who.pid)


@lru_cache(maxsize=4096)
def key_of_pid(host: str, pid: str) -> bytes:
    """That of a process id."""
    return b"n" + _host_key(host) + pid.encode()


def key_of_guid(host: str, stored: bytes) -> bytes:
    """That of a guid, by its 16 bytes as Windows stores it."""
    return guid_prefix(host) + stored


def guid_prefix(host: str) -> bytes:
    """What these begin with."""
    return b"g" + _host_key(host)


def guid_of_key(key: bytes) -> bytes | None:
    """The 16 bytes as which Windows stores the guid that a key is of; None for any other key."""
    return key[-GUID_SIZE:] if key.startswith(b"g") else None


def named_by(guid: bytes | None, number: bytes | None) -> tuple[str | None, str | None]:
    """The guid and the process id that keys are of, as `Who` has them; None too for a guid that is none."""
    stored = None if guid is None else guid_of_key(guid)
    pid = None if number is None else number[1 + _HOST_SIZE :].decode()
    return None if stored is None else str(UUID(bytes_le=stored)), pid


def digest(*texts: str, size: int = 16) -> bytes:
    """Stands for texts."""
    return blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=size).digest()


@lru_cache(maxsize=4096)
def _guid_key(host: str, guid: str) -> bytes:
    """One process has many events in a row."""
    data = stored_guid(guid.encode("utf-8", "replace"))
    return b"?" + digest(host, guid) if data is None else key_of_guid(host, data)


@lru_cache(maxsize=4096)
def _host_key(host: str) -> bytes:
    return digest(host, size=_HOST_SIZE)


class Shown(Struct):
    """Processes of which more is asked than how they hang together."""

    keys: set[bytes] = field(default_factory=set)
    """Those with a GUID: by it, and by process id for events that tell no GUID."""
    numbers: set[bytes] = field(default_factory=set)
    """Those known by a process id alone: all that tells this id may be theirs."""

    def holds(self, who: Who) -> bool:
        """Whether an event about this process may tell of one of them."""
        number = number_key(who)
        return (guid_key(who) or number) in self.keys or number in self.numbers


def parent_keys(start: Start | Outline) -> tuple[bytes | None, bytes | None]:
    """The keys of the process that started another one."""
    host, guid, pid = start.who.host, start.parent_guid, start.parent_pid
    return None if guid is None else _guid_key(host, guid), None if pid is None else key_of_pid(host, pid)
