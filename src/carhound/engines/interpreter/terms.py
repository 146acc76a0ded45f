"""Bare search terms: a text that must stand in the event, bounded by breakers.

Breakers are those of Splunk's segmenters.conf. A real `_raw` field is searched where the event has one, else
each value of the event's payload, its computer, provider and channel; and its message where the record
carried nothing else.
"""

from collections.abc import Callable, Iterable

from carhound.engines.interpreter.rows import Row, texts
from carhound.model.folding import fold
from carhound.model.glob import Glob

BREAKERS = frozenset("[]<>(){}|!;,'\"*\n\r \t&?+/:=@.-$#%\\_")
_WRITTEN = (
    "%21",
    "%26",
    "%2526",
    "%3b",
    "%7c",
    "%20",
    "%2b",
    "%3d",
    "%2520",
    "%5d",
    "%5b",
    "%3a",
    "%0a",
    "%2c",
)
ENDINGS = (*_WRITTEN, "%28", "%29")


def term_test(pattern: Glob) -> Callable[[Row], bool]:
    """Whether some text of a row's event holds the term."""
    found = term_finder(pattern)
    longest = max(fold(pattern.text).split("*"), key=len)

    def holds(row: Row) -> bool:
        if row.all_texts is None:
            row.all_texts = fold("\n".join(raw_texts(row)))
        return longest in row.all_texts and any(found(fold(text)) for text in raw_texts(row))

    return holds


def raw_texts(row: Row) -> Iterable[str]:
    """The texts a bare term or a regular expression without a field looks at."""
    raw = row.get("_raw")
    if raw is not None:
        return texts(raw)
    event = row.event
    if event is None or not row.raw:
        return ()
    found: list[str] = []
    for value in event.data.values():
        if type(value) is str:
            found.append(value)
        else:
            found += value
    found += [text for text in (event.computer, event.provider, event.channel) if text is not None]
    if not event.data:
        found += texts(event.meta.get("Message"))
    return found


def term_finder(pattern: Glob) -> Callable[[str], bool]:
    """A function over folded text. A `*` at an end of the term lifts the boundary on that side."""
    pieces = fold(pattern.text).split("*")
    first, last = pieces[0], pieces[-1]
    middle = [piece for piece in pieces[1:-1] if piece]
    if len(pieces) == 1:
        return lambda text: _find(text, first, 0, True, True) >= 0

    def found(text: str) -> bool:
        at = _find(text, first, 0, True, False)
        for piece in middle:
            at = text.find(piece, at) + len(piece) if at >= 0 and piece in text[at:] else -1
        return at >= 0 and _find(text, last, at, False, True) >= 0

    return found


def _find(text: str, piece: str, at: int, left: bool, right: bool) -> int:
    """The end of the first occurrence from `at` on with the boundaries asked for, -1 where there is none."""
    if not piece:
        return at
    while (start := text.find(piece, at)) >= 0:
        end = start + len(piece)
        if (not left or _starts(text, start, piece)) and (not right or _ends(text, end, piece)):
            return end
        at = start + 1
    return -1


def _starts(text: str, start: int, piece: str) -> bool:
    # A term that itself begins with a breaker brings its boundary along.
    if start == 0 or piece[0] in BREAKERS or text[start - 1] in BREAKERS:
        return True
    return text.endswith(ENDINGS, 0, start)


def _ends(text: str, end: int, piece: str) -> bool:
    return end == len(text) or piece[-1] in BREAKERS or text[end] in BREAKERS
