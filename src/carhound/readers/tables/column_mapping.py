"""A caller's own names for columns: which records they belong to, and what they are called by Windows.

What a mapping file says (docs/how-to/map-your-own-columns.md) becomes a `ColumnMapping`. It applies to CSV,
Parquet and Arrow by the columns of the table, and to JSON by the keys of a record, nested ones with dots.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from types import MappingProxyType

from msgspec import Struct, field

from carhound.model.event import RawEvent, Value
from carhound.model.folding import fold
from carhound.model.instants import credible, parse_filetime, parse_time
from carhound.readers.notes import Notes
from carhound.readers.tables.row_native import bind

_FAR = timezone(timedelta(hours=1))


class Taken(Struct, frozen=True):
    """A part of the header: the same for all records, or taken from a column."""

    constant: str | None = None
    column: str | None = None
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What the column's values stand for, by their folded text; without any they stand for themselves."""

    def of(self, row: Mapping[str, Value]) -> str | None:
        """Its value in a row; None where the column is empty or holds a value of no meaning."""
        if self.column is None:
            return self.constant
        value = row.get(self.column)
        if not isinstance(value, str) or not value:
            return None
        return self.values.get(fold(value)) if self.values else value


class TimeTaken(Struct, frozen=True):
    """The column with the time: "iso", "epoch", "epoch-ms", "filetime", or a pattern of strptime."""

    column: str
    format: str = "iso"
    zone: tzinfo | None = None
    """Where its times are at home, if they name no zone; None is the zone of the run."""

    def of(self, row: Mapping[str, Value], notes: Notes) -> datetime | None:
        """The time of a row, told where it cannot be read or has no zone."""
        text = row.get(self.column)
        found = self._read(text, notes) if isinstance(text, str) else None
        if found is None:
            notes.add("EV-T2")
        return found

    def _read(self, text: str, notes: Notes) -> datetime | None:
        try:
            match self.format:
                case "iso":
                    return self._iso(text, notes)
                case "epoch":
                    return credible(datetime.fromtimestamp(float(text), UTC))
                case "epoch-ms":
                    return credible(datetime.fromtimestamp(float(text) / 1000, UTC))
                case "filetime":
                    return parse_filetime(int(text))
            return credible(self._at_home(datetime.strptime(text, self.format), notes))
        except (ValueError, OverflowError, OSError):
            return None

    def _iso(self, text: str, notes: Notes) -> datetime | None:
        """Read with two zones: where they differ in the answer, the text names none."""
        one, other = parse_time(text, UTC), parse_time(text, _FAR)
        if one is None or one == other:
            return one
        return self._at_home(one.replace(tzinfo=None), notes)

    def _at_home(self, time: datetime, notes: Notes) -> datetime:
        if time.tzinfo is None:
            if self.zone is None:
                notes.add("EV-T1")
            time = time.replace(tzinfo=self.zone or notes.zone)
        return time.astimezone(UTC)


class ColumnMapping(Struct, frozen=True):
    """One mapping, ready to be applied."""

    about: str
    """For people: the file it came from."""
    when: frozenset[str]
    """Columns that a record must have for the mapping to apply."""
    fields: tuple[tuple[str, str], ...]
    """Native names, each with the column that holds it."""
    provider: Taken = field(default_factory=Taken)
    channel: Taken = field(default_factory=Taken)
    event_id: Taken = field(default_factory=Taken)
    computer: Taken = field(default_factory=Taken)
    record_id: Taken = field(default_factory=Taken)
    time: TimeTaken | None = None

    def matches(self, columns: frozenset[str]) -> bool:
        """Whether a record with these columns is one the mapping is for."""
        return self.when <= columns

    def event(self, row: dict[str, Value], position: str, notes: Notes) -> RawEvent:
        """The raw event of one record; its columns stay beside the native fields."""
        notes.add("EV-C2")
        data = {native: value for native, column in self.fields if (value := row.get(column)) is not None}
        event = RawEvent(
            self.provider.of(row),
            self.channel.of(row),
            self.event_id.of(row),
            self.computer.of(row),
            self.record_id.of(row),
            self.time.of(row, notes) if self.time is not None else None,
            data,
            {name: value for name, value in row.items() if name not in data},
            position,
        )
        bind(event, notes, told=self.event_id != Taken())
        return event
