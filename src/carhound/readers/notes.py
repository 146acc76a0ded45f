"""What a reader assumed, counted while it reads one file and told once at its end."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, tzinfo
from types import MappingProxyType

from carhound.model.evidence import Remark

REMARKS: Mapping[str, str] = MappingProxyType(
    {
        "EV-B1": "taken for Sysmon's by the shape of the file, since they name no provider: {count} events",
        "EV-E1": "read back into Sysmon's names from ECS names: the fields of {count} events",
        "EV-G1": "the compressed data is whole; stray bytes after it were not read",
        "EV-J1": "with a key that stands twice in one object, of which the last was read: {count} records",
        "EV-T1": "read as {zone}, since they carry only a local time without a zone: {count} events",
        "EV-T2": "without a time that can be read: {count} events",
        "EV-U1": "with text that is no valid Unicode, whose faulty parts became U+FFFD: {count} records",
    }
)
"""Code -> what it says; {count} is the number of records it is about, {zone} the zone of `--tz`."""


class Notes:
    """The remarks of one file. `zone` is where its local times are at home."""

    __slots__ = ("_counts", "zone")

    def __init__(self, zone: tzinfo = UTC) -> None:
        self.zone = zone
        self._counts: Counter[str] = Counter()

    def add(self, code: str) -> None:
        """Counts one record for the remark of this code."""
        self._counts[code] += 1

    def remarks(self) -> Iterator[Remark]:
        """One remark per code that was counted, in the order of the codes."""
        for code in sorted(self._counts):
            yield Remark(code, REMARKS[code].format(count=self._counts[code], zone=self.zone))
