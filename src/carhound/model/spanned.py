"""What is read from a text and knows where it stood."""

from typing import ClassVar

from msgspec import Struct


class Spanned(Struct, frozen=True):
    """A part of a text. Equal are parts that say the same, wherever they stand."""

    beside: ClassVar[frozenset[str]] = frozenset({"span"})
    """The fields that do not count when two are compared."""

    def said(self) -> tuple[object, ...]:
        """The values that count."""
        return tuple(getattr(self, name) for name in self.__struct_fields__ if name not in self.beside)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Spanned) or type(other) is not type(self):
            return NotImplemented
        return self.said() == other.said()

    def __hash__(self) -> int:
        return hash(self.said())
