"""Starts, ends and deeds of processes as the log keeps them."""

import marshal
from functools import lru_cache
from typing import NamedTuple

from carhound.findings.lineage.events import Act, End, Outline, Start, Told, Who
from carhound.findings.lineage.keys import digest, guid_key, named_by, number_key, parent_keys
from carhound.findings.lineage.outlines import EndRow, StartRow
from carhound.model.folding import fold

_LONGEST = 18
"""Digits of a number that SQLite holds."""
ORDINARY, CONNECTION, UNSIGNED = 0, 1, 2
"""Marks of deeds."""

Row = tuple[str, tuple[object, ...]]
"""A start, an end or a deed as the log keeps it; can be sent to another process."""


class Ref(NamedTuple):
    """A process of the log: one whose start was logged, or one that other events tell of."""

    start: int | None
    """The row of its start, the same for all records of it."""
    guid: bytes | None
    number: bytes | None
    """Of host and process id."""
    since: int | None = None
    """Without a start or a guid: when the process before it with the same id was last heard of."""


class Known(NamedTuple):
    """A start in the log."""

    row: int
    guid: bytes | None
    number: bytes | None
    image: bytes | None
    time: int | None
    parent: bytes | None
    """The GUID of who started it."""
    creator: bytes | None
    """And its process id."""
    packed: bytes | None
    """None in outline."""

    @property
    def start(self) -> Start:
        """What it said; in outline who it was, without its host."""
        if self.packed is None:
            return Start(Who("", *named_by(self.guid, self.number), self.time), *(None,) * 13, "", "")
        who, *rest = marshal.loads(self.packed)  # noqa: S302  # written by this module, to a file nobody else has
        return Start(Who(*who), *rest)


def row_of(one: Told) -> Row:
    """What the log keeps of a start, an end or a deed."""
    guid, number, time = guid_key(one.who), number_key(one.who), one.who.time
    match one:
        case Start():
            return "start", (guid, number, _image(one), time, *parent_keys(one), _pack(one))
        case End():
            return "ended", (guid, number, time)
        case Act():
            mark = UNSIGNED if one.unsigned else CONNECTION if one.kind == "network" else ORDINARY
            # Milliseconds: some shapes write no more.
            same = digest(one.event_id, str((time or 0) // 1000), one.what)
            return "act", (guid, number, time, mark, same, _place(one.record), _pack(one))


def outline_of(one: Outline | End) -> StartRow | EndRow:
    """Of a start only what tells it from others, its image and who its parent is."""
    guid, number, time = guid_key(one.who), number_key(one.who), one.who.time
    if isinstance(one, End):
        return guid, number, time
    return guid, number, _image(one), time, *parent_keys(one)


def _place(record: str) -> int:
    """Orders records of one log: "12", "item 12", "line 12"."""
    number = record.rpartition(" ")[2]
    return int(number) if number.isdecimal() and len(number) <= _LONGEST else 0


def _image(one: Start | Outline) -> bytes | None:
    return None if one.image is None else image_key(one.image)


@lru_cache(maxsize=4096)
def image_key(path: str) -> bytes:
    """Stands for the path of a program; few are started again and again."""
    return digest("image", fold(path))


def _pack(one: Start | Act) -> bytes:
    return marshal.dumps((tuple(one.who), *one[1:]))


def act_in(packed: bytes) -> Act:
    """The deed that was packed."""
    who, *rest = marshal.loads(packed)  # noqa: S302  # written by this module, to a file nobody else has
    return Act(Who(*who), *rest)
