"""Patterns whose one wildcard is `*`: any run of characters, the empty one and newlines included."""

from collections.abc import Callable

from msgspec import Struct

from carhound.model.folding import fold


class Glob(Struct, frozen=True):
    """A pattern that must cover the whole of a text, letter case aside. `?` and `%` stand for themselves."""

    text: str

    @property
    def wild(self) -> bool:
        """Whether the pattern has a wildcard."""
        return "*" in self.text

    def matcher(self, *, exact: bool = False) -> Callable[[str], bool]:
        """A function over *folded* text (`exact`: over text as it is).

        Its time grows with the text alone, whatever the pattern.
        """
        first, *rest = (self.text if exact else fold(self.text)).split("*")
        if not rest:
            return first.__eq__
        *middle, last = rest
        pieces = [piece for piece in middle if piece]
        if not pieces:
            return _edges(first, last)

        def matches(text: str) -> bool:
            if not text.startswith(first):
                return False
            at = len(first)
            for piece in pieces:
                found = text.find(piece, at)
                if found < 0:
                    return False
                at = found + len(piece)
            return len(text) - at >= len(last) and text.endswith(last)

        return matches

    def meets(self, other: "Glob") -> bool:
        """Whether some text matches both."""
        if not self.wild:
            return other.matcher()(fold(self.text))
        if not other.wild:
            return self.matcher()(fold(other.text))
        # With a wildcard in each, whatever stands between the first and the last piece finds room.
        one, two = fold(self.text).split("*"), fold(other.text).split("*")
        starts = one[0].startswith(two[0]) or two[0].startswith(one[0])
        return starts and (one[-1].endswith(two[-1]) or two[-1].endswith(one[-1]))

    def covers(self, other: "Glob") -> bool:
        """Whether every text that matches the other matches this one."""
        # A character that this pattern does not name can only stand where it has a wildcard.
        unnamed = next(letter for letter in map(chr, range(0xE000, 0xF900)) if letter not in self.text)
        return self.matcher()(fold(other.text.replace("*", unnamed)))


def _edges(first: str, last: str) -> Callable[[str], bool]:
    least = len(first) + len(last)
    return lambda text: len(text) >= least and text.startswith(first) and text.endswith(last)
