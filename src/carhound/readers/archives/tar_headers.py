"""The headers of tar archives: ustar, GNU and pax (POSIX.1-2001, "pax Interchange Format"; GNU tar manual).

Python's own tarfile takes over whatever length a header states, holds every member, and follows extended
headers into one another; archives made to harm use all three. Here a header is of bounded size.
"""

import re

from msgspec import Struct

BLOCK = 512
LONGEST = 1 << 16
"""Bytes an extended header may have; names are shorter."""

_RECORD = re.compile(rb"(\d{1,6}) ")
_FOLDER = b"5"
EXTENDED = b"xgLK"
"""Kinds of headers that say more about the member behind them."""
_KINDS = {
    b"1": "a link in an archive, which is not followed",
    b"2": "a link in an archive, which is not followed",
    b"3": "a device in an archive",
    b"4": "a device in an archive",
    b"6": "a pipe in an archive",
    b"S": "a sparse file in a tar archive",
}


class Header(Struct, frozen=True):
    """One block of 512 bytes that begins a member, or an extended header."""

    name: str
    size: int
    """Of what follows, before padding."""
    kind: bytes

    @property
    def is_file(self) -> bool:
        """Whether it is a file; kinds that nobody defined are to be taken for one."""
        return self.kind != _FOLDER and self.kind not in _KINDS and self.kind not in EXTENDED

    @property
    def about(self) -> str | None:
        """What a member is that is neither file nor folder."""
        return _KINDS.get(self.kind)


def parse_header(block: bytes) -> Header | None:
    """The header; None where the block is none, which its checksum tells."""
    if len(block) < BLOCK:
        return None
    stated = _number(block[148:156])
    unsigned = sum(block[:148]) + 8 * 32 + sum(block[156:])
    if stated != unsigned and stated != unsigned - 256 * sum(
        byte > 127 for byte in block[:148] + block[156:]
    ):
        return None
    size = _number(block[124:136])
    if size is None:
        return None
    name = _text(block[:100])
    prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else ""
    kind = block[156:157]
    if kind in b"0\0" and name.endswith("/"):
        kind = _FOLDER
    return Header(f"{prefix}/{name}" if prefix else name, 0 if kind in b"123456" else size, kind)


def pax_records(data: bytes) -> dict[str, str]:
    """The keys and values of a pax header, as far as they can be read."""
    records: dict[str, str] = {}
    at = 0
    while found := _RECORD.match(data, at):
        end = at + int(found[1])
        if end <= found.end() or end > len(data):
            break
        key, _, value = data[found.end() : end - 1].partition(b"=")
        records[_text(key)] = value.decode("utf-8", "surrogateescape")
        at = end
    return records


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _number(field: bytes) -> int | None:
    if field[0] == 0x80:  # base 256, GNU's way to write what octal digits cannot hold
        return int.from_bytes(field[1:], "big")
    digits = field.replace(b"\0", b" ").strip()
    try:
        return int(digits or b"0", 8)
    except ValueError:
        return None
