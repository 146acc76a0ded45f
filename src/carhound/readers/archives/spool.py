"""A source that can be read in any order; apart, since `tempfile` costs a start 5 ms."""

import tempfile

from carhound.readers.interface import ByteSource

_CHUNK = 1 << 20


class Spool(tempfile.SpooledTemporaryFile[bytes]):
    """The whole of a source, to be read in any order: in memory, or in a nameless temporary file."""

    def __init__(self, source: ByteSource, in_memory: int) -> None:
        super().__init__(max_size=in_memory)
        self.size = 0
        while data := source.read(_CHUNK):
            self.write(data)
            self.size += len(data)
        self.seek(0)

    def __del__(self) -> None:
        self.close()
