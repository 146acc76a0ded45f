"""Where a large file of JSON lines can be cut, so that what stands behind is read as if all had been."""

from collections.abc import Iterable
from typing import Any, BinaryIO

import orjson

from carhound.readers.json.shapes.envelopes import open_envelope
from carhound.readers.json.shapes.order import shape_of
from carhound.readers.json.text import utf16_name

_HEAD = 4096
_WINDOW = 128 << 10
"""Bytes in which two lines are looked for."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def line_starts(file: BinaryIO, wanted: Iterable[int]) -> list[int]:
    """Near each of the wanted places, where a line begins that stands by itself, and so does the one before.

    None in a text that is a list, or in which objects take several lines.
    """
    head = file.read(_HEAD)
    if utf16_name(head) or not head.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(b"{"):
        return []
    found: list[int] = []
    for place in wanted:
        if found and place <= found[-1]:
            continue
        file.seek(place)
        start = _start_of_second(file.read(_WINDOW))
        if start is not None:
            found.append(place + start)
    return found


def _start_of_second(window: bytes) -> int | None:
    """Where the second of two lines begins that are events each; the first piece of the window is none."""
    lines = window.split(b"\n")[:-1]
    at, before = 0, False
    for number, line in enumerate(lines):
        whole = number > 0 and _is_event(line)
        if whole and before:
            return at
        before = whole
        at += len(line) + 1
    return None


def _is_event(line: bytes) -> bool:
    try:
        record: Any = orjson.loads(line)
        return type(record) is dict and shape_of(open_envelope(record)) is not None
    except (ValueError, TypeError):
        return False
