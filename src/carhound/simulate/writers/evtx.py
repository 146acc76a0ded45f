"""EVTX: the event log files of Windows, chunk by chunk.

Format: libyal/libevtx, "Windows XML Event Log (EVTX) format", "File header". Only one chunk is in memory at a
time; the file header, which counts the chunks, is written last.
"""

import shutil
import struct
import tempfile
import zlib
from collections.abc import Iterable
from typing import BinaryIO

from carhound.simulate.event import Simulated
from carhound.simulate.writers.evtx_chunk import CHUNK_SIZE, LONGEST_RECORD, Chunk
from carhound.simulate.writers.evtx_record import RecordError, evtx_record

_HEADER_SIZE = 4096
_MOST_CHUNKS = 0xFFFF
_HEADER = struct.Struct("<8sQQQIHHHH76xI")
_CHECKSUM = struct.Struct("<I")
_CLEAN = 0
"""Flags: neither dirty nor full."""


def write(records: Iterable[Simulated], stream: BinaryIO) -> None:
    """Writes a whole log, whose records stand in the order given.

    Identifiers in the headers of the records count on from the first record's id without gaps, as in an
    exported log; `EventRecordID` is each record's own. A stream that cannot be sought gets the log from a
    temporary file.

    Raises:
        RecordError: a record does not fit into a chunk, or the file would have more chunks than it can count.
            What was written so far is no log.
    """
    if not stream.seekable():
        with tempfile.TemporaryFile() as whole:
            write(records, whole)
            whole.seek(0)
            shutil.copyfileobj(whole, stream, CHUNK_SIZE)
        return
    start = stream.tell()
    stream.write(bytes(_HEADER_SIZE))
    chunks, next_identifier = _write_chunks(records, stream)
    end = stream.tell()
    stream.seek(start)
    stream.write(_file_header(chunks, next_identifier))
    stream.seek(end)


def _write_chunks(records: Iterable[Simulated], stream: BinaryIO) -> tuple[int, int]:
    """How many chunks were written, and the identifier of the record that would come next."""
    chunk = Chunk(1)
    chunks = 0
    identifier = 1
    first = True
    for record in records:
        if first:
            identifier, first = record.record_id, False
        prepared = evtx_record(record)
        if not chunk.add(identifier, prepared):
            if chunk.count:
                stream.write(chunk.finish())
                chunks += 1
                chunk = Chunk(chunk.number + chunk.count)
            if chunks >= _MOST_CHUNKS:
                raise RecordError(
                    f"an EVTX file holds no more than {_MOST_CHUNKS:,} chunks of 64 KiB",
                    hint="write less, or another format",
                )
            if not chunk.add(identifier, prepared):
                raise RecordError(
                    f"record {record.record_id} does not fit into a chunk of EVTX, {LONGEST_RECORD:,} bytes",
                    hint="shorten its values, or write another format",
                )
        identifier += 1
    stream.write(chunk.finish())
    return chunks + 1, identifier


def _file_header(chunks: int, next_identifier: int) -> bytes:
    header = bytearray(_HEADER_SIZE)
    _HEADER.pack_into(
        header, 0, b"ElfFile\0", 0, chunks - 1, next_identifier, 128, 1, 3, _HEADER_SIZE, chunks, _CLEAN
    )
    _CHECKSUM.pack_into(header, 124, zlib.crc32(header[:120]))
    return bytes(header)
