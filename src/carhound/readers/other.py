"""Records that are no events, counted by what they are and told once at the end of a file."""

from collections import Counter
from collections.abc import Iterator

from carhound.model.evidence import Skipped


class Other:
    """Counts; `unit` is what they are called, "records" or "rows"."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def add(self, about: str, position: str, count: int = 1) -> None:
        """Counts a record, or several from this position on."""
        self._counts[about] += count
        self._first.setdefault(about, position)

    def skipped(self) -> Iterator[Skipped]:
        """One for each kind."""
        for about, count in self._counts.items():
            first = self._first[about]
            yield Skipped(first if count == 1 else f"{count} {self._unit} from {first}", about, records=count)
