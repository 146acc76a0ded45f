"""The events in some lines of a file, of which it is known where they begin."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.interface import ReadOptions
from carhound.readers.json.reader import JsonReader

_NTH = re.compile(r"line (\d+)")


def events_at(path: Path, lines: Sequence[int], options: ReadOptions) -> Iterator[RawEvent | Damage]:
    """The events in some lines; where the file has changed, whatever stands there now.

    Of each line `lines` has where it begins and its number.
    """
    try:
        with path.open("rb") as file:
            for item in JsonReader().read(_Lines(file, lines[::2], options.largest), options):
                if isinstance(item, RawEvent) and (nth := _NTH.fullmatch(item.position)):
                    item.position = f"line {lines[2 * int(nth[1]) - 1]}"
                    yield item
    except OSError as error:
        yield Damage("file", str(error))


class _Lines:
    """The text of the lines that begin at some places."""

    def __init__(self, file: BinaryIO, places: Sequence[int], largest: int) -> None:
        self._file = file
        self._places = iter(places)
        self._largest = largest
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes of them."""
        parts, length = [self._rest], len(self._rest)
        while length < size and (place := next(self._places, None)) is not None:
            self._file.seek(place)
            text = self._file.readline(self._largest).rstrip(b"\n") + b"\n"
            parts.append(text)
            length += len(text)
        data = b"".join(parts)
        self._rest = data[size:]
        return data[:size]
