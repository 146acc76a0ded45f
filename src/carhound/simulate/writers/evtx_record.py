"""A simulated record as the values of an EVTX record, before it has its place in a chunk.

Format: libyal/libevtx, "Windows XML Event Log (EVTX) format", "Template instance data".
"""

import struct
from functools import lru_cache

from msgspec import Struct

from carhound.errors import CarhoundError
from carhound.simulate.event import Simulated
from carhound.simulate.writers import binxml
from carhound.simulate.writers.event_templates import Template, event_data_template
from carhound.simulate.writers.evtx_values import Encode, encoder, filetime, guid, sid, string

LONGEST_VALUE = 0xFFFF
"""Bytes, since a value's size is a 16-bit number."""

_COUNT = struct.Struct("<I")
_DESCRIPTOR = struct.Struct("<HBB")
_NUMBERS = struct.Struct("<BBHHQQIIQB")
_NULL = (binxml.NULL, b"")
_VALUES = 19


class RecordError(CarhoundError):
    """A record that the format cannot hold."""


class EvtxRecord(Struct, frozen=True):
    """What a chunk needs to know of a record."""

    time: int
    template: Template
    """That of EventData."""
    before: bytes
    """Count and descriptors of the outer values before EventData."""
    behind: bytes
    """Those behind it."""
    values: bytes
    """The outer values before EventData."""
    last: bytes
    """Those behind it."""
    data: bytes
    """Count, descriptors and values of EventData itself."""


def evtx_record(record: Simulated) -> EvtxRecord:
    """The values of one record.

    Raises:
        RecordError: a number of the header or a value is larger than the format has room for.
    """
    try:
        time = filetime(record.time)
        numbers = _NUMBERS.pack(
            record.level,
            record.opcode,
            record.task,
            record.event_id,
            record.keywords,
            time,
            record.process_id,
            record.thread_id,
            record.record_id,
            record.version,
        )
        template, data = _event_data(record)
        before, behind, texts, last = _source(
            record.provider, record.provider_guid, record.channel, record.computer, record.user_sid
        )
    except struct.error as error:
        raise RecordError(
            f"record {record.record_id}: a header field is outside the numbers that EVTX can hold ({error})"
        ) from None
    return EvtxRecord(time, template, before, behind, numbers + texts, last, data)


@lru_cache(1024)
def _source(
    provider: str, provider_guid: str, channel: str, computer: str, user: str | None
) -> tuple[bytes, bytes, bytes, bytes]:
    """What the records of one source share: descriptors before and behind EventData, the texts likewise."""
    user_sid = _NULL if user is None else sid(user) or string(user)
    name, where, host = string(provider), string(channel), string(computer)
    identifier = guid(provider_guid.upper()) or (string(provider_guid.upper()) if provider_guid else _NULL)
    sizes = [
        (1, binxml.UINT8),
        (1, binxml.UINT8),
        (2, binxml.UINT16),
        (2, binxml.UINT16),
        (0, binxml.NULL),
        (8, binxml.HEX64),
        (8, binxml.FILETIME),
        (0, binxml.NULL),
        (4, binxml.UINT32),
        (4, binxml.UINT32),
        (8, binxml.UINT64),
        (1, binxml.UINT8),
        (len(user_sid[1]), user_sid[0]),
        (0, binxml.NULL),
        (len(name[1]), name[0]),
        (len(identifier[1]), identifier[0]),
        (len(where[1]), where[0]),
    ]
    before = _COUNT.pack(_VALUES) + b"".join(_DESCRIPTOR.pack(size, kind, 0) for size, kind in sizes)
    behind = _DESCRIPTOR.pack(len(host[1]), host[0], 0)
    return before, behind, user_sid[1] + name[1] + identifier[1] + where[1], host[1]


@lru_cache(256)
def _fields(names: tuple[str, ...]) -> tuple[tuple[Encode, ...], struct.Struct]:
    """How each value is encoded, and how the count and the descriptors are packed."""
    return tuple(map(encoder, names)), struct.Struct("<I" + "HBB" * len(names))


def _event_data(record: Simulated) -> tuple[Template, bytes]:
    names = tuple(record.data)
    encoders, head = _fields(names)
    descriptors: list[int] = []
    values: list[bytes] = []
    for encode, text in zip(encoders, record.data.values(), strict=True):
        kind, value = encode(text) or string(text)
        descriptors += (len(value), kind, 0)
        values.append(value)
    if descriptors and max(descriptors) > LONGEST_VALUE:
        name, size = max(zip(names, map(len, values), strict=True), key=lambda pair: pair[1])
        raise RecordError(
            f"record {record.record_id}: {name} has {size:,} bytes; a value has at most {LONGEST_VALUE:,}",
            hint="shorten it, or write another format",
        )
    template = event_data_template(record.provider, record.event_id, names, tuple(descriptors[1::3]))
    return template, head.pack(len(values), *descriptors) + b"".join(values)
