"""What a file is, told from its first bytes and never from its name."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from carhound.model.evidence import FileKind
from carhound.readers.json.text import as_utf8, utf16_name

if TYPE_CHECKING:
    from carhound.readers.tables.column_mapping import ColumnMapping

HEAD = 1 << 20
"""Bytes `detect` should be given, as far as there are that many."""
START = 512
"""Bytes that `told_by_start` should be given."""
CSV_FORMATS = frozenset({"csv-4688", "csv-sysmon", "csv-car", "csv-mapped", "evtxecmd-csv", "splunk-csv"})
"""The formats of `row_shapes` that are read: named here so that no table of shapes is loaded in vain."""
TABULAR = {"parquet": "a Parquet file", "arrow": "an Arrow file"}
"""Formats that pyarrow reads, and what they are."""
_SAMPLE = 16
"""JSON records that are looked at: a few lines may come before the events."""
_LARGE_SAMPLE = 100_000
"""All that the first bytes hold, where the first few records are no events."""


class Detection(Struct, frozen=True):
    """What a file is."""

    kind: FileKind | None
    """None for an archive, whose members are to be told one by one."""
    format: str | None
    reason: str = ""
    """What it is instead, where it is no evidence that can be read; lower case, no full stop."""


class Magic(Struct, frozen=True):
    """A file format known by fixed bytes."""

    at: int
    magic: bytes
    detection: Detection


def _unsupported(name: str, about: str) -> Detection:
    return Detection("unsupported", name, f"{about}: not supported yet")


def _other(about: str) -> Detection:
    return Detection("not evidence", None, about)


EVTX = Detection("evidence", "evtx")
_XML_EVENT = rb"<Event(?:\s[^<>]{0,256}/win/2004/08/events/event|(?:\s[^<>]{0,256})?>\s{0,256}<System[\s/>])"
"""An event of Windows, whole or cut; its namespace is that of the Windows event schema."""

MAGICS: tuple[Magic, ...] = (
    Magic(0, b"ElfFile\0", EVTX),
    Magic(0, b"PK\x03\x04", Detection(None, "zip")),
    Magic(0, b"PK\x05\x06", Detection(None, "zip")),
    Magic(0, b"\x1f\x8b", Detection(None, "gzip")),
    Magic(257, b"ustar", Detection(None, "tar")),
    Magic(0, b"\x28\xb5\x2f\xfd", _unsupported("zstd", "a Zstandard file")),
    Magic(0, b"7z\xbc\xaf\x27\x1c", _unsupported("7z", "a 7-Zip archive")),
    Magic(0, b"Rar!\x1a\x07", _unsupported("rar", "a RAR archive")),
    Magic(0, b"\xfd7zXZ\0", Detection(None, "xz")),
    Magic(4, b"1AY&SY", Detection(None, "bzip2")),
    Magic(4, b"\x17rE8P\x90", Detection(None, "bzip2")),
    Magic(0, b"PAR1", Detection("evidence", "parquet")),
    Magic(0, b"PARE", _unsupported("parquet-encrypted", "an encrypted Parquet file")),
    Magic(0, b"ARROW1", Detection("evidence", "arrow")),
    Magic(0, b"FEA1", _unsupported("feather1", "a Feather file of version 1")),
    Magic(0, b"LfLe", _unsupported("evt", "an EVT log of Windows XP")),
    Magic(4, b"LfLe", _unsupported("evt", "an EVT log of Windows XP")),
    Magic(0, b"ElfChnk\0", _unsupported("evtx-chunk", "a chunk of an EVTX file without its file")),
    Magic(
        0,
        b"version https://git-lfs",
        _unsupported("git-lfs", "a Git LFS pointer in place of a file: fetch it with git lfs pull"),
    ),
    Magic(0, b"\x89PNG", _other("a picture")),
    Magic(0, b"\xff\xd8\xff", _other("a picture")),
    Magic(0, b"GIF8", _other("a picture")),
    Magic(0, b"%PDF", _other("a PDF document")),
    Magic(0, b"MZ", _other("a program")),
    Magic(0, b"\x7fELF", _other("a program")),
)
"""Tried in this order, the first that fits; a text is looked at when none does."""


def told_by_start(head: bytes) -> bool:
    """Whether no more than the first bytes are needed to tell that it is evidence."""
    return head.startswith(b"ElfFile\0")


def detect(head: bytes, whole: bool = False, mappings: "tuple[ColumnMapping, ...]" = ()) -> Detection:
    """What the file that starts with `head` is; `whole` says that the head is all of it.

    Records that one of the caller's `mappings` applies to are told by it, before any shape is.
    """
    if not head:
        return _other("an empty file")
    for magic in MAGICS:
        if head.startswith(magic.magic, magic.at):
            return _tabular(magic.detection) if magic.detection.format in TABULAR else magic.detection
    text = head.removeprefix(b"\xef\xbb\xbf")
    if utf16_name(head):
        text = as_utf8(head, _Nothing())(len(head))
    start = text.lstrip()[:1]
    if not start:
        return _other("a file of nothing but blanks")
    for first, look in _TEXTS:
        if start in first:
            return look(text, whole, mappings)
    found = _csv(text, mappings)
    if found.kind == "not evidence" and b"\0" in text:
        return _other(f"binary data that starts with {head[:8]!r}")
    return found


class _Nothing:
    def read(self, _: int, /) -> bytes:
        return b""


def _tabular(detection: Detection) -> Detection:
    from carhound.readers.tables.arrow_reader import available

    if available():
        return detection
    about = f"{TABULAR[detection.format or '']}: reading it needs pyarrow, pip install 'carhound[parquet]'"
    return Detection("unsupported", detection.format, about)


def _json(text: bytes, _: bool, mappings: "tuple[ColumnMapping, ...]") -> Detection:
    from carhound.readers.json.reader import sample
    from carhound.readers.json.shapes.order import broken_shape, shape_of

    for count in (_SAMPLE, _LARGE_SAMPLE):
        unread = [text]
        records, broken = sample(lambda _: unread.pop() if unread else b"", count)  # noqa: B023  # called here
        if mappings:
            from carhound.readers.json.shapes.mapped import MAPPED_JSON, mapping_of

            if any(mapping_of(record, mappings) is not None for record in records):
                return Detection("evidence", MAPPED_JSON)
        shapes = [shape for record in records if (shape := shape_of(record))]
        if shapes or len(records) < count:
            break
    for shape in shapes:
        if shape.event is not None:
            return Detection("evidence", shape.name)
    if shapes:
        return _unsupported(shapes[0].name, shapes[0].about)
    if broken and (likely := broken_shape(text)):
        if likely.event is None:
            return _unsupported(likely.name, likely.about)
        return Detection("evidence", likely.name)
    if not records:
        return _other("text that starts like JSON and is none" if broken else "JSON without objects")
    return _other("JSON that holds no events of a known shape")


def _xml(text: bytes, _: bool, __: "tuple[ColumnMapping, ...]") -> Detection:
    if re.search(_XML_EVENT, text):
        return Detection("evidence", "xml")
    return _other("XML or HTML without events")


def _csv(text: bytes, mappings: "tuple[ColumnMapping, ...]") -> Detection:
    from carhound.readers.tables.csv_rows import header_of
    from carhound.readers.tables.row_header import named_utc
    from carhound.readers.tables.row_shapes import row_shape

    shape = row_shape(map(named_utc, header_of(text)), mappings)
    if shape is None:
        return _other("text of no known shape")
    if shape.event is None:
        return _unsupported(shape.name, shape.about)
    return Detection("evidence", shape.name)


_Look = Callable[[bytes, bool, "tuple[ColumnMapping, ...]"], Detection]
_TEXTS: tuple[tuple[bytes, _Look], ...] = ((b"{[", _json), (b"<", _xml))
