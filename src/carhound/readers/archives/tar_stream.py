"""The members of a tar archive, streamed from front to back: nothing is held, nothing is written."""

from collections.abc import Callable, Iterator
from functools import partial

from carhound.model.evidence import Damage, Remark, Skipped
from carhound.readers.archives.limits import Budget, LimitError
from carhound.readers.archives.member import ArchiveError, Member, is_junk
from carhound.readers.archives.tar_headers import BLOCK, EXTENDED, LONGEST, Header, parse_header, pax_records
from carhound.readers.interface import ByteSource, read_exactly

_CHUNK = 1 << 16
_MOST_EXTENDED = 8
"""Extended headers before one member; writers need three."""

Ended = Callable[[], Iterator[Damage | Skipped | Remark]]


class TarStream:
    """Members of a tar archive that `source` gives.

    `ended` tells how the stream ended that the archive came out of; that is told with the last member.
    What became of the archive and no member had told is in `untold`.
    """

    def __init__(self, source: ByteSource, budget: Budget, ended: Ended) -> None:
        self.untold: list[Damage | Skipped | Remark] = []
        self._source = source
        self._budget = budget
        self._ended = ended
        self._left = 0
        """Bytes up to the next header."""
        self._current: Member | None = None
        self._done = False
        self._trouble: list[Damage | Skipped | Remark] = []

    def __iter__(self) -> Iterator[Member]:
        self._advance()
        while (member := self._current) is not None:
            yield member
            self.untold += self._ending(member)
        self.untold += self._trouble
        self._trouble = []

    def _ending(self, member: Member | None) -> Iterator[Damage | Skipped | Remark]:
        """Asked for when a member was read: moves on to the next one."""
        if member is not self._current:
            return
        self._advance()
        yield from self._trouble
        self._trouble = []

    def _advance(self) -> None:
        self._current = None
        try:
            while not self._done and self._current is None:
                self._current = self._next()
        except LimitError as limit:
            self._stop(Skipped("further members", str(limit)))
        except ArchiveError as error:
            self._stop(Damage("end of the archive", str(error)))
        if self._done:
            self._trouble += self._ended()

    def _stop(self, trouble: Damage | Skipped) -> None:
        self._done = True
        self._trouble.append(trouble)

    def _next(self) -> Member | None:
        """The next file, link or device; None for what is passed over, and at the end."""
        self._skip(self._left)
        name, size = None, None
        sparse = False
        for _ in range(_MOST_EXTENDED):
            header = self._header()
            if header is None:
                self._done = True
                return None
            self._left = -(-header.size // BLOCK) * BLOCK
            if header.kind not in EXTENDED:
                break
            data = self._extended(header)
            if header.kind == b"L":
                name = data.rstrip(b"\0").decode("utf-8", "surrogateescape")
            elif header.kind == b"x":
                records = pax_records(data)
                name = records.get("GNU.sparse.name", records.get("path", name))
                sparse = sparse or any(key.startswith("GNU.sparse.") for key in records)
                if (stated := records.get("size", "")).isascii() and stated.isdigit() and len(stated) < 20:
                    size = int(stated)
        else:
            raise ArchiveError("no further members can be read (extended headers without a member)")
        if size is not None and header.is_file:
            header = Header(header.name, size, header.kind)
            self._left = -(-size // BLOCK) * BLOCK
        self._budget.member()
        return self._member((name or header.name).replace("\\", "/"), header, sparse)

    def _member(self, name: str, header: Header, sparse: bool) -> Member | None:
        about = "a sparse file in a tar archive" if sparse else header.about
        if (not header.is_file and about is None) or is_junk(name):
            return None
        body = _Body(self, header.size)
        member = Member(name, header.size, body.open)
        member.ending = partial(self._ending, member)
        body.member = member
        if about is not None and "sparse" in about:
            member.refusal = f"{about}: not supported, unpack the archive"
        elif about is not None:
            member.harmless = about
        return member

    def _header(self) -> Header | None:
        """The next header, behind damage the next block that is one; None at the end of the archive."""
        lost = 0
        while True:
            block = read_exactly(self._source, BLOCK)  # some writers leave the zeros at the end off
            if not block.strip(b"\0"):
                if 0 < len(block) < BLOCK:
                    raise ArchiveError("no further members can be read (unexpected end of data)")
                return None
            if (header := parse_header(block)) is not None and (not lost or block[257:262] == b"ustar"):
                if lost:
                    about = f"{lost} bytes are no header of a member"
                    self._trouble.append(Damage("between two members", about))
                return header
            if len(block) < BLOCK:
                raise ArchiveError("no further members can be read (the archive is damaged or cut)")
            lost += BLOCK

    def _extended(self, header: Header) -> bytes:
        if header.size > LONGEST:
            raise ArchiveError(f"no further members can be read (a header of {header.size} bytes)")
        data = read_exactly(self._source, self._left)
        self._left = 0
        return data[: header.size]

    def _skip(self, count: int) -> None:
        while count > 0:
            data = self._source.read(min(count, _CHUNK))
            if not data:
                raise ArchiveError("the last member is cut, and no further ones can be read")
            count -= len(data)
        self._left = 0

    def read_body(self, member: Member | None, count: int) -> bytes:
        """Up to so many bytes of the current member. Raises ArchiveError for any other."""
        if member is None or member is not self._current:
            raise ArchiveError("a member of a tar archive has to be read before the next one is asked for")
        data = self._source.read(count)
        if not data and count:
            self._left = 0
            self._done = True
            raise ArchiveError("the archive ends in this member")
        self._left -= len(data)
        return data


class _Body:
    """What a member holds; it can be read once."""

    def __init__(self, archive: TarStream, size: int) -> None:
        self.member: Member | None = None
        self._archive = archive
        self._unread = size
        self._opened = False

    def open(self) -> ByteSource:
        if self._opened:
            raise ArchiveError("a member of a tar archive can be read once only")
        self._opened = True
        return self

    def read(self, size: int, /) -> bytes:
        if not self._unread:
            return b""
        data = self._archive.read_body(self.member, min(size, self._unread))
        self._unread -= len(data)
        return data
