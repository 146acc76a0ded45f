"""What somebody may have meant."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, letter case aside; None where none is alike."""
    from difflib import get_close_matches  # costs 10 ms, and only a mistake needs it

    by_lower = {one.lower(): one for one in known}
    near = get_close_matches(word.lower(), by_lower, 1)
    return by_lower[near[0]] if near else None
