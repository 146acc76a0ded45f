"""Texts as the typed values of an EVTX record.

Formats: libyal/libevtx, "Windows XML Event Log (EVTX) format", "Value types"; for SIDs [MS-DTYP] 2.4.2.2.
Which field has which type is as Sysmon and Security auditing write it. A text that its type would give back
in another spelling is kept as a string, so that every text is read back as it was.
"""

import re
import struct
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType

from carhound.simulate.text import storable
from carhound.simulate.writers import binxml

Encoded = tuple[int, bytes]
"""The type of a value, and its bytes."""

Encode = Callable[[str], Encoded | None]
"""Gives None where the text is not one that the type would be read back as."""

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_HEX = re.compile(r"0x(0|[1-9a-f][0-9a-f]{0,15})", re.ASCII)
_GUID = re.compile(r"\{[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", re.ASCII)
_SID = re.compile(r"S-1-(?:0|[1-9][0-9]{0,9})(?:-(?:0|[1-9][0-9]{0,9})){1,15}", re.ASCII)
_BOOLEANS = {"true": (1).to_bytes(4, "little"), "false": bytes(4)}


def filetime(time: datetime) -> int:
    """Ticks of 100 ns since 1601."""
    return (time - _EPOCH) // _MICROSECOND * 10


def string(text: str) -> Encoded:
    """UTF-16 without an end."""
    return binxml.STRING, utf16(text)


def utf16(text: str) -> bytes:
    """The storable text in UTF-16."""
    try:
        data = text.encode("utf-16-le")
    except UnicodeEncodeError:
        return storable(text).encode("utf-16-le")
    return data if "\0" not in text else storable(text).encode("utf-16-le")


@lru_cache(4096)
def guid(text: str) -> Encoded | None:
    """A GUID in braces and capitals."""
    if _GUID.fullmatch(text) is None:
        return None
    return binxml.GUID, uuid.UUID(text).bytes_le


@lru_cache(4096)
def sid(text: str) -> Encoded | None:
    """A security identifier."""
    if _SID.fullmatch(text) is None:
        return None
    authority, *parts = (int(part) for part in text.split("-")[2:])
    if max(authority, *parts) >= 1 << 32:
        return None
    head = bytes((1, len(parts))) + authority.to_bytes(6, "big")
    return binxml.SID, head + struct.pack(f"<{len(parts)}I", *parts)


def _uint16(text: str) -> Encoded | None:
    if _DECIMAL.fullmatch(text) is None or (number := int(text)) >= 1 << 16:
        return None
    return binxml.UINT16, number.to_bytes(2, "little")


def _uint32(text: str) -> Encoded | None:
    if _DECIMAL.fullmatch(text) is None or (number := int(text)) >= 1 << 32:
        return None
    return binxml.UINT32, number.to_bytes(4, "little")


def _hex32(text: str) -> Encoded | None:
    if _HEX.fullmatch(text) is None or len(text) > 10:
        return None
    return binxml.HEX32, int(text, 16).to_bytes(4, "little")


def _hex64(text: str) -> Encoded | None:
    if _HEX.fullmatch(text) is None:
        return None
    return binxml.HEX64, int(text, 16).to_bytes(8, "little")


def _boolean(text: str) -> Encoded | None:
    data = _BOOLEANS.get(text)
    return None if data is None else (binxml.BOOLEAN, data)


def _process_id(text: str) -> Encoded | None:
    """Decimal as Sysmon writes it, hexadecimal as Security auditing does."""
    return _hex64(text) if text.startswith("0x") else _uint32(text)


FIELDS: Mapping[str, Encode] = MappingProxyType(
    {
        "Archived": _boolean,
        "DestinationIsIpv6": _boolean,
        "DestinationPort": _uint16,
        "GrantedAccess": _hex32,
        "Initiated": _boolean,
        "IsExecutable": _boolean,
        "KeyLength": _uint32,
        "LogonId": _hex64,
        "LogonType": _uint32,
        "MandatoryLabel": sid,
        "NewProcessId": _process_id,
        "NewThreadId": _uint32,
        "ParentProcessId": _process_id,
        "ProcessId": _process_id,
        "SourceIsIpv6": _boolean,
        "SourcePort": _uint16,
        "SourceProcessId": _process_id,
        "SourceThreadId": _uint32,
        "Status": _hex32,
        "SubjectLogonId": _hex64,
        "TargetLogonId": _hex64,
        "TargetProcessId": _process_id,
        "TerminalSessionId": _uint32,
    }
)
"""Fields that are no strings; beside them those whose names end in Guid, GUID or Sid."""


def encoder(name: str) -> Encode:
    """How the values of a field are written."""
    if name.endswith(("Guid", "GUID")):
        return guid
    return sid if name.endswith("Sid") else FIELDS.get(name, string)
