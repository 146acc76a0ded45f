"""Evidence as a sequence of parts: every file below the given paths, and every member of an archive there."""

from collections.abc import Iterable, Iterator

from carhound.readers.interface import ReadOptions
from carhound.readers.opening import Opener
from carhound.readers.part import Part
from carhound.readers.walk import walk


def open_evidence(paths: Iterable[str], options: ReadOptions | None = None) -> Iterator[Part]:
    """The parts below the paths, in the order of paths and names; what does not exist is passed over.

    "-" is standard input. Nothing is read from a part beyond its first bytes until its `items` are asked for.
    """
    options = options or ReadOptions()
    for found in walk(paths):
        yield from Opener(found, options).parts()
