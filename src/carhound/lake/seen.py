"""Which rows tell of events that a lake has not seen: by content, across shapes by the sensor's key."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from msgspec import Struct, field

COLUMNS = ["identity", "key", "shape"]
_ROWS = 1 << 18
"""Rows of a file that are looked at at once."""


class Seen(Struct):
    """What is known of the events that some rows may repeat."""

    identities: set[bytes] = field(default_factory=set)
    shapes: dict[bytes, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By key, the shapes in which it was met."""

    def admit(self, identity: bytes, key: bytes | None, shape: str) -> bool:
        """Takes note of an event; False where it is a repeat.

        One key in one shape with other content is another event: a machine that was set back counts anew.
        """
        if identity in self.identities:
            return False
        if key is not None:
            met = self.shapes.get(key)
            if met is not None and met != {shape}:
                return False
            self.shapes[key].add(shape)
        self.identities.add(identity)
        return True


def new_rows(rows: pa.Table, files: Iterable[Path]) -> list[int]:
    """The indices of the rows that neither the files nor an earlier row have told of, in order."""
    seen = _seen(rows, files)
    columns = (rows[name].to_pylist() for name in COLUMNS)
    return [number for number, row in enumerate(zip(*columns, strict=True)) if seen.admit(*row)]


def _seen(rows: pa.Table, files: Iterable[Path]) -> Seen:
    """What the files say of the events in the rows, and of no others: a day may hold any number of them."""
    seen = Seen()
    identities = rows["identity"].combine_chunks()
    keys = rows["key"].drop_null().combine_chunks()
    for path in files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS, columns=COLUMNS):
                known = batch["identity"].filter(pc.is_in(batch["identity"], value_set=identities))
                seen.identities.update(known.to_pylist())
                shared = batch.filter(pc.is_in(batch["key"], value_set=keys))
                for key, shape in zip(shared["key"].to_pylist(), shared["shape"].to_pylist(), strict=True):
                    if key is not None:
                        seen.shapes[key].add(shape)
    return seen
