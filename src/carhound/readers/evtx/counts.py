"""How many records a chunk of an EVTX file should hold, so that what is lost is counted.

The header of a chunk numbers its first and last record. Where its checksum says that the header itself is
damaged, the records are walked, and the header is mended: the parser stops without a word where the header
says that the last record was met, or free space begins. Behind the free space of a whole header lie records
of an earlier life of the chunk, which no reader counts.
"""

import struct
import zlib
from collections.abc import Iterator

_NUMBERS = struct.Struct("<8x4Q8xI")
"""First and last record number, first and last record id, where free space begins."""
_LAST_ID, _FREE = (32, "<Q"), (48, "<I")
_RECORD = struct.Struct("<4sIQ")
_RECORD_MAGIC = b"**\0\0"
_SIZE = struct.Struct("<I")
_CHECKSUM_AT = 124
FIRST_RECORD = 512
_SMALLEST_RECORD = 28
_NEVER_USED = (1 << 64) - 1
_CHUNK_SIZE = 65536
_MOST = (_CHUNK_SIZE - FIRST_RECORD) // _SMALLEST_RECORD


def records_in(chunk: bytes) -> int:
    """The records that the chunk holds, or held when its header was written."""
    if len(chunk) < FIRST_RECORD:
        return 0
    first, last, first_id, last_id, _ = _NUMBERS.unpack_from(chunk)
    count: int = 0 if first == _NEVER_USED else last - first + 1
    if not 0 <= count <= _MOST:
        return sum(1 for _ in _walk(chunk))
    if not _is_whole(chunk):
        walked = sum(1 for _ in _walk(chunk))
        return max(count, walked) if last_id - first_id == last - first else walked
    return count


def records_of_whole(chunk: bytes) -> tuple[int, int, int] | None:
    """The id of the first record, how many there are, and where free space begins, as a whole header says.

    None where the header is damaged or contradicts itself.
    """
    first, last, first_id, last_id, free = _NUMBERS.unpack_from(chunk)
    if not _is_whole(chunk) or first == _NEVER_USED:
        return None
    count = last - first + 1
    if not 0 < count <= _MOST or last_id - first_id != last - first or free > _CHUNK_SIZE:
        return None
    return first_id, count, free


def stray_records(data: bytes) -> int:
    """Whole records anywhere in what is no chunk, or no longer one."""
    count, at = 0, data.find(_RECORD_MAGIC)
    while at >= 0:
        size = _size_at(data, at)
        count += size > 0
        at = data.find(_RECORD_MAGIC, at + max(size, 1))
    return count


def with_whole_header(chunk: bytes) -> bytes:
    """The chunk, whose header ends it no earlier than its records do."""
    if _is_whole(chunk):
        return chunk
    records = list(_walk(chunk))
    if not records:
        return chunk
    _, _, _, last_id, free = _NUMBERS.unpack_from(chunk)
    end = records[-1][0]
    ids = [record_id for _, record_id in records]
    mended = bytearray(chunk)
    if free < end:
        struct.pack_into(_FREE[1], mended, _FREE[0], end)
    if last_id in ids[:-1]:
        struct.pack_into(_LAST_ID[1], mended, _LAST_ID[0], ids[-1])
    return bytes(mended)


def _is_whole(chunk: bytes) -> bool:
    """Whether the checksum over the header and its tables holds."""
    (stated,) = _SIZE.unpack_from(chunk, _CHECKSUM_AT)
    return bool(stated == zlib.crc32(chunk[128:FIRST_RECORD], zlib.crc32(chunk[:120])))


def end_of_records(chunk: bytes) -> int:
    """Where the last of the whole records ends that follow one another from the first on."""
    at = FIRST_RECORD
    while size := _size_at(chunk, at):
        at += size
    return at


def _walk(chunk: bytes) -> Iterator[tuple[int, int]]:
    """The end and the id of each record, as long as one follows the other and ids count up."""
    at, before = FIRST_RECORD, -1
    while size := _size_at(chunk, at):
        _, _, record_id = _RECORD.unpack_from(chunk, at)
        if before >= 0 and record_id != before + 1:
            return
        at, before = at + size, record_id
        yield at, record_id


def _size_at(data: bytes, at: int) -> int:
    """The size of the whole record there, which stands at both of its ends; 0 where there is none."""
    if at + _SMALLEST_RECORD > len(data):
        return 0
    magic, size, _ = _RECORD.unpack_from(data, at)
    if magic != _RECORD_MAGIC or size < _SMALLEST_RECORD or at + size > len(data):
        return 0
    return size if _SIZE.unpack_from(data, at + size - _SIZE.size)[0] == size else 0
