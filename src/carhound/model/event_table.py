"""The event as a row of a table: which columns there are, and what stands in them.

Whoever writes such a table and whoever turns plans into SQL over it agree here. Every event is one row:

- the header: `time` (UTC, microseconds), `provider`, `channel`, `event_id`, `computer`, `record_id`;
- a column for each native field of `EventTable.native`, by its own name: what `Event.lookup` gives for it;
- a column `car_<name>` for each CAR field of `EventTable.car`: what `Event.car` gives for it;
- a column for each literal of `EventTable.literals`, see `tag_column`: whether it stands in the event; null
  where nobody looked;
- `kinds`: CAR object and action pairs, "process/create", joined with ","; null where there are none;
- `odd`: whether the columns do not say all of the event: a field with several values, text that is no valid
  Unicode or holds NUL. Such text is null in its column; conditions have to be asked of the record itself;
- `data` and `meta`: the record itself, all fields by name, JSON objects of texts and lists of texts;
- `file`, `position`, `shape`: where it was met first; `sequence`: unique, in the order of ingestion;
- `identity`, `key`: 16 bytes each that tell it from others, see `Event.identity` and `Event.sensor_key`.
"""

import hashlib
import re

from msgspec import Struct

from carhound.model.event import HEADER

HEADER_COLUMNS = ("time", "provider", "channel", "event_id", "computer", "record_id")
OWN_COLUMNS = ("kinds", "odd", "data", "meta", "file", "position", "shape", "sequence", "identity", "key")
RECORD_COLUMNS = (*HEADER_COLUMNS, "data", "meta", "file", "position", "shape", "sequence")
"""The columns that give the event back."""

BATCH_BITS = 32
"""A `sequence` is the number of the batch it was ingested with, shifted by so many bits, and a count."""

_CAR = "car_"
_TAG = "has_"


class EventTable(Struct, frozen=True):
    """The columns that one table has beyond those that every table has."""

    native: tuple[str, ...] = ()
    """No two alike but for letter case, none called like a column that every table has."""
    car: tuple[str, ...] = ()
    literals: tuple[str, ...] = ()
    """Lower case, as `plan.rewrites.required_literals` gives them."""

    def native_column(self, name: str) -> str | None:
        """The column of a native field of exactly this name, None where it has none."""
        return HEADER.get(name) or (name if name in self.native else None)

    def car_column(self, name: str) -> str | None:
        """The column of a CAR field, None where it has none."""
        return _CAR + name if name in self.car else None

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns in order."""
        tags = (tag_column(literal) for literal in self.literals)
        return (*HEADER_COLUMNS, *self.native, *(_CAR + name for name in self.car), *tags, *OWN_COLUMNS)


def tag_column(literal: str) -> str:
    """The column that says whether a literal stands in the event: `has_regsvr32`."""
    name = re.sub(r"\W", "_", literal, flags=re.ASCII)
    if name == literal:
        return _TAG + name
    return f"{_TAG}{name}_{hashlib.sha256(literal.encode()).hexdigest()[:6]}"
