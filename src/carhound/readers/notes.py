"""What a reader assumed, counted while it reads one file and told once at its end."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, tzinfo
from types import MappingProxyType

from carhound.model.evidence import Remark

REMARKS: Mapping[str, str] = MappingProxyType(
    {
        "EV-B1": "{count} events name no provider: the shape of the file says they are Sysmon's",
        "EV-E1": "{count} Sysmon events carry their fields under ECS names only: read back into Sysmon's names",
        "EV-G1": "the compressed data is whole but followed by stray bytes, which were not read",
        "EV-T1": "{count} events carry only a local time without a zone: read as {zone}",
        "EV-T2": "{count} events carry no time that can be read",
        "EV-U1": "{count} records hold text that is not valid Unicode: the faulty parts became U+FFFD",
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
