"""Large files in spans that can be read apart from each other, so that several processes can share them."""

from msgspec import Struct

from carhound.readers.walk import Found

_LENGTH = 256
"""Chunks: 16 MB, read in a part of a second."""
_SMALLEST = 32 << 20


class Span(Struct, frozen=True):
    """Chunks of an EVTX file; all there is of any other."""

    first: int = 0
    """The number of the first."""
    stop: int | None = None
    """The number of the first that comes after; None where it reaches to the end of the file."""

    @property
    def whole(self) -> bool:
        """Whether it is all there is."""
        return not self.first and self.stop is None

    def __str__(self) -> str:
        if self.whole:
            return "file"
        return f"chunks {self.first} to {'the end' if self.stop is None else self.stop - 1}"


WHOLE = Span()


def spans(found: Found) -> tuple[Span, ...]:
    """The spans of a file, told from its size and content alone: however many read it, they are the same."""
    if found.problem is not None or found.stream or found.size < _SMALLEST:
        return (WHOLE,)
    from carhound.readers.evtx_chunks import regular_chunks

    try:
        with found.path.open("rb", buffering=0) as file:
            cuts = range(_LENGTH, regular_chunks(file), _LENGTH)
    except OSError:
        return (WHOLE,)
    return tuple(map(Span, (0, *cuts), (*cuts, None)))
