"""JSON lines made soft: no escaped backslashes, no CR LF; and which of them may not be what they seem.

Of a soft line a quote behind a backslash is part of a text, and every other quote begins or ends one.
"""

import re
from collections.abc import Iterator, Mapping

from carhound.readers.literal_scan import Find

_CONTROLS = bytes(byte for byte in range(32) if byte != 10)


def soft(lines: bytes) -> bytes:
    """Lines with slashes for escaped backslashes, and a blank for what CR LF has more; as long as before."""
    lines = lines.replace(b"\\\\", b"//")
    return lines.replace(b"\r\n", b" \n") if b"\r" in lines else lines


def lines_found(lines: bytes, find: Find) -> Iterator[int]:
    """Where the lines begin in which something is found."""
    at = 0
    while at < len(lines) and (hit := find(lines, at)) >= 0:
        yield lines.rfind(b"\n", 0, hit) + 1
        at = lines.find(b"\n", hit) + 1 or len(lines)


class Faults:
    """Finds soft lines that are no valid JSON for their characters, or hide letters behind escapes."""

    def __init__(self, spellings: Mapping[str, str]) -> None:
        """`spellings` has, by letter, every character that may stand for it."""
        others = {one for every in spellings.values() for one in every if not one.isascii()}
        hidden = b"".join(b"|%04x" % ord(one) for one in sorted(others))
        escape = rb'\\(?:[^"/bfnrtu]|u(?i:00[0-7]|d[89a-f]|(?![0-9a-f]{4})%s))' % hidden
        self._escape = re.compile(escape)

    def __call__(self, lines: bytes) -> set[int]:
        """Where these lines begin."""
        found = set(lines_found(lines, self._find_escape)) if b"\\" in lines else set()
        if _has_faulty_bytes(lines):
            place = 0
            for line in lines.split(b"\n"):
                if _has_faulty_bytes(line):
                    found.add(place)
                place += len(line) + 1
        return found

    def _find_escape(self, lines: bytes, at: int) -> int:
        found = self._escape.search(lines, at)
        return -1 if found is None else found.start()


def _has_faulty_bytes(lines: bytes) -> bool:
    if len(lines.translate(None, _CONTROLS)) < len(lines):
        return True
    if lines.isascii():
        return False
    try:
        lines.decode()
    except UnicodeDecodeError:
        return True
    return False
