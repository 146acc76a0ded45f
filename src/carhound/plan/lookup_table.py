"""Tables given beside the evidence, which a plan holds whole."""

from collections.abc import Mapping

from msgspec import Struct


class LookupTable(Struct, frozen=True):
    """A table of texts. Empty cells are missing values."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Each as long as `columns`."""

    def records(self) -> tuple[Mapping[str, str], ...]:
        """The rows by column, without their empty cells."""
        return tuple(
            {column: cell for column, cell in zip(self.columns, row, strict=True) if cell}
            for row in self.rows
        )
