"""Which fields were read from others, since events have none of their names."""

from collections.abc import Iterable

from carhound.engines.interpreter.rows import Row
from carhound.model.names import NATIVE_ALIASES, Alias
from carhound.plan.predicates import Field


def serving(field: Field, row: Row) -> Alias | None:
    """The alias that serves for a field of a row; None where it has the field, or neither."""
    alias = NATIVE_ALIASES.get(field.name) if field.view == "native" else None
    if alias is None or row.get(field.name) is not None:
        return None
    return alias if isinstance(row.get(alias.field), str) else None


class AliasesUsed:
    """Takes note of the aliases that serve for some fields, row by row."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self.names: set[str] = set()
        """The fields for which one served."""
        self._open = [one for one in fields if one.view == "native" and one.name in NATIVE_ALIASES]

    def note(self, rows: Iterable[Row]) -> None:
        """Looks at rows that have not been looked at."""
        if not self._open:
            return
        for row in rows:
            for field in self._open:
                if serving(field, row) is not None:
                    self.names.add(field.name)
                    self._open = [one for one in self._open if one is not field]
