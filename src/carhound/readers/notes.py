"""What a reader assumed, counted while it reads one file and told once at its end."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, tzinfo
from types import MappingProxyType

from carhound.model.evidence import Remark

REMARKS: Mapping[str, str] = MappingProxyType(
    {
        "EV-B1": "taken for Sysmon's by the shape of the file, since they name no provider: {count} events",
        "EV-B2": "put under Sysmon's event ids by what they say happened: {count} events of no event id",
        "EV-B3": "taken for the Security log's by their fields, since they name no provider: {count} events",
        "EV-B4": "without an event id, told by the fields they carry: {count} events",
        "EV-C1": "filled into Sysmon's names from CAR's: the fields of {count} events",
        "EV-C2": "read by a mapping of your own: {count} records",
        "EV-E1": "read back into native names from ECS names: the fields of {count} events",
        "EV-G1": "the compressed data is whole; stray bytes after it were not read",
        "EV-J1": "with a key that stands twice in one object, of which the last was read: {count} records",
        "EV-K1": "of a kind that has no single event id in Sysmon, and so of no CAR action: {count} events",
        "EV-M1": "read from their message, since their fields are not written out: {count} events",
        "EV-S1": "read from the fields that Splunk extracted, since _raw cannot be read: {count} events",
        "EV-S2": "whose computer is Splunk's host, which may be the collector: {count} events",
        "EV-T1": "read as {zone}, since they carry only a local time without a zone: {count} events",
        "EV-T2": "without a time that can be read: {count} events",
        "EV-U1": "with text that is no valid Unicode, whose faulty parts became U+FFFD: {count} records",
        "EV-W1": "written with every backslash doubled, one of each two was taken away: {count} events",
        "EV-X1": "with bytes or characters that XML does not allow, which became U+FFFD: {count} events",
    }
)
"""Code -> what it says; {count} is the number of records it is about, {zone} the zone of `--tz`."""


class Notes:
    """The remarks of one file. `zone` is where its local times are at home."""

    __slots__ = ("_counts", "total", "zone")

    def __init__(self, zone: tzinfo = UTC) -> None:
        self.zone = zone
        self.total = 0
        """How often anything was counted."""
        self._counts: Counter[str] = Counter()

    def add(self, code: str) -> None:
        """Counts one record for the remark of this code."""
        self._counts[code] += 1
        self.total += 1

    def remarks(self) -> Iterator[Remark]:
        """One remark per code that was counted, in the order of the codes."""
        for code in sorted(self._counts):
            yield Remark(code, REMARKS[code].replace("{zone}", str(self.zone)), self._counts[code])
