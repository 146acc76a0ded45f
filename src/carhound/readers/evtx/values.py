"""The types and sizes of the values of records, as Windows writes them.

The parser takes of a value as many bytes as its type has, and of a SID as many as that says itself. Where
its size is less, all values behind it are read from a wrong place: such records are unfamiliar.
"""

import struct

from carhound.readers.evtx.templates import UnfamiliarError

NULL, STRING, UINT16, UINT32, UINT64 = 0x00, 0x01, 0x06, 0x08, 0x0A
BOOL = 0x0D
GUID, FILETIME, SID, HEX32, HEX64, BINXML = 0x0F, 0x11, 0x13, 0x14, 0x15, 0x21
NUMBERS = (UINT16, UINT32, UINT64, HEX32, HEX64)
"""Unsigned."""
ABSENT = 0xFF
"""No type: that of a field which a payload does not have."""
COUNT = struct.Struct("<I")
"""Before the descriptors of values: how many there are."""
MOST_VALUES = 64
_SIZES = {
    0x03: 1,
    0x04: 1,
    0x05: 2,
    UINT16: 2,
    0x07: 4,
    UINT32: 4,
    0x09: 8,
    UINT64: 8,
    0x0B: 4,
    0x0C: 8,
    BOOL: 4,
    GUID: 16,
    FILETIME: 8,
    0x12: 16,
    HEX32: 4,
    HEX64: 8,
}
_OF_ANY_SIZE = frozenset((NULL, STRING, 0x02, 0x0E, SID, BINXML))
"""Texts, bytes, what says itself how long it is; and of nothing a size can be stated too."""
SID_HEAD = 2
"""Bytes of a SID up to the count of its parts."""


def fixed_size(kind: int) -> int | None:
    """How many bytes values of a type have; None where that varies. Raises UnfamiliarError for rare types."""
    if kind in _OF_ANY_SIZE:
        return None
    if kind not in _SIZES:
        raise UnfamiliarError
    return _SIZES[kind]


def check_sid(head: bytes, size: int) -> None:
    """Raises UnfamiliarError where a SID that begins like this is longer than its size."""
    if len(head) < SID_HEAD or 8 + 4 * head[1] > size:
        raise UnfamiliarError
