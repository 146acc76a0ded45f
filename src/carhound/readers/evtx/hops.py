"""Some records of a chunk parsed, the others passed over.

The parser goes from one record to the next by their sizes. Where the size of a record reaches as far as the
next one that is wanted, those between are never looked at; templates and names in them are still found, by
their place in the chunk.
"""

import struct
from collections.abc import Sequence

from carhound.readers.evtx.counts import FIRST_RECORD

_SIZE = struct.Struct("<I")
_SIZE_AT = 4


def hopping(chunk: bytes, places: Sequence[int], end: int) -> bytes:
    """The chunk, of whose records the parser meets the first and those at `places`, which ascend.

    `end` is where its records end.
    """
    hops = bytearray(chunk)
    met = places if places[0] == FIRST_RECORD else (FIRST_RECORD, *places)
    for place, following in zip(met, (*met[1:], end), strict=True):
        _SIZE.pack_into(hops, place + _SIZE_AT, following - place)
    return bytes(hops)
