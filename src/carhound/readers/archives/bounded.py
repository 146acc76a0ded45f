"""Sources that count: what goes into a decompressor, and what comes out, held to the limits."""

from collections.abc import Callable

from carhound.readers.archives.limits import Budget, LimitError, raised
from carhound.readers.interface import ByteSource


class Bounded:
    """What comes out of a decompressor, held to the limits. `packed` tells what has gone into it."""

    def __init__(self, source: ByteSource, packed: Callable[[], int], budget: Budget) -> None:
        self._source = source
        self._packed = packed
        self._budget = budget
        self._unpacked = 0

    def read(self, size: int, /) -> bytes:
        if self._budget.hit is not None:
            raise LimitError(self._budget.hit)
        data = self._source.read(size)
        self._unpacked += len(data)
        limits = self._budget.limits
        if self._unpacked > limits.free and self._unpacked > limits.ratio * self._packed():
            about = f"it unpacks to more than {limits.ratio} times its size"
            raise LimitError(raised(about, "ratio", limits.ratio))
        self._budget.unpack(len(data))
        return data

    def close(self) -> None:
        close = getattr(self._source, "close", None)
        if close is not None:
            close()


class Counted:
    """A source that knows how much was read of it."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self.count = 0

    def read(self, size: int, /) -> bytes:
        data = self._source.read(size)
        self.count += len(data)
        return data

    def close(self) -> None:
        close = getattr(self._source, "close", None)
        if close is not None:
            close()
