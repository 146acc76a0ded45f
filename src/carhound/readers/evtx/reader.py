"""EVTX: the binary log files of Windows, parsed by the `evtx` package chunk by chunk.

Each chunk is parsed as a file of its own, so a broken one costs nothing but itself, memory stays flat and any
source will do.
"""

from collections.abc import Iterator
from functools import lru_cache

from carhound.model.evidence import Damage
from carhound.readers.evtx.chunks import chunks
from carhound.readers.evtx.records import records
from carhound.readers.evtx.sieve import ChunkSieve
from carhound.readers.interface import ByteSource, Item, ReadOptions, Sieve, Sifted
from carhound.readers.notes import Notes

_TOLD_EVERY = 256
"""Chunks."""


class EvtxReader:
    """Reads EVTX. A record's id is its EventRecordID: in exported files the record's header has another."""

    name = "evtx"

    def __init__(self, first: int = 0, stop: int | None = None) -> None:
        """Reads of the source a span of chunks alone, as `chunks` does."""
        self._span = first, stop

    def read(self, source: ByteSource, options: ReadOptions) -> Iterator[Item]:
        """Every record of every chunk."""
        notes = Notes(options.zone)
        for chunk in chunks(source, *self._span):
            if isinstance(chunk, Damage):
                yield chunk
            else:
                yield from records(chunk, notes)
        yield from notes.remarks()

    def sift(self, source: ByteSource, options: ReadOptions, sieve: Sieve) -> Iterator[Sifted]:
        """Every record that the sieve wants; of chunks and records without its literals only the headers."""
        notes, sift = Notes(options.zone), _chunk_sieve(sieve)
        sift.begin_file()
        try:
            for number, chunk in enumerate(chunks(source, *self._span), start=1):
                if isinstance(chunk, Damage):
                    yield chunk
                    continue
                yield from sift(chunk, notes)
                if number % _TOLD_EVERY == 0:
                    yield from sift.told()
            yield from sift.told()
        except KeyboardInterrupt:
            yield from sift.told()
            raise
        yield from notes.remarks()


@lru_cache(1)
def _chunk_sieve(sieve: Sieve) -> ChunkSieve:
    """The same for file after file: most have the same kinds of records."""
    return ChunkSieve(sieve)
