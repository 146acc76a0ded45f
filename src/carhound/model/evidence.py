"""What reading a file can yield beside events: what was damaged, and what was left out and why."""

from datetime import datetime
from typing import Literal

from msgspec import Struct


class Damage(Struct, frozen=True):
    """A part of a file that should have held events and could not be read."""

    where: str
    """For people: "chunk 7", "record 463011", "line 12"."""
    reason: str
    offset: int | None = None
    """Byte offset in the file (or archive member), where known."""
    records: int | None = None
    """How many records were lost there, where that can be known."""


class Skipped(Struct, frozen=True):
    """A part left out on purpose: an encrypted member, an archive in an archive, a shape not read yet."""

    where: str
    reason: str
    partial: bool = True
    """Whether leaving it out makes the run partial (it may have held events)."""
    records: int | None = None
    """How many records it holds, where that is known."""

    def joined(self, other: "Skipped") -> "Skipped | None":
        """Both in one, where `other` are further records left out for the same reason."""
        if self.records is None or other.records is None:
            return None
        if (self.reason, self.partial) != (other.reason, other.partial):
            return None
        count = self.records + other.records
        first = self.where.rpartition(" from ")[2]
        return Skipped(f"{count} records from {first}", self.reason, self.partial, count)


class Remark(Struct, frozen=True):
    """Something a reader assumed that the result must state, for example the zone of a local time."""

    code: str
    text: str
    """What it says; `{count}` stands for the number of records it is about."""
    count: int | None = None

    @property
    def message(self) -> str:
        """What it says, for people."""
        return self.text if self.count is None else self.text.replace("{count}", str(self.count))

    def joined(self, other: "Remark") -> "Remark | None":
        """Both in one, where `other` says the same of further records."""
        if self.count is None or other.count is None or (self.code, self.text) != (other.code, other.text):
            return None
        return Remark(self.code, self.text, self.count + other.count)


class Glimpsed(Struct, frozen=True):
    """Events that no plan matches, told by their headers alone."""

    provider: str | None
    channel: str | None
    event_id: str | None
    computer: str | None
    events: int
    first: datetime
    """Aware UTC."""
    last: datetime
    quarters: frozenset[int]
    """When they were, as `model.presence` numbers quarters of an hour."""
    looked: bool = False
    """Whether their payload was looked at; else nothing in it can match."""


FileKind = Literal["evidence", "not evidence", "unsupported"]
