"""Keys that stand twice in one JSON object: the last one is read, as most programs do, and that is told.

RFC 8259 leaves open which one counts, so that a record can say one thing to a collector and another one here.
"""

import json
import re
from typing import Any

import orjson

_KEY_ENDS = re.compile(rb'"[ \t\n\r]*+:')
_APART = tuple(blank + b":" for blank in (b" ", b"\t", b"\n", b"\r"))
"""How every colon ends that has blanks before it."""
_MOST_DEPTH = 200


def has_duplicate_keys(text: bytes, record: Any) -> bool:
    """Whether the text, of which `record` was made, has more keys than that shows.

    Every key ends in a quote that a colon follows, so that as many of these as there are keys prove that none
    was lost; only where there are more, for which values can be the reason too, the text is parsed again.
    """
    if any(map(text.__contains__, _APART)):
        if len(_KEY_ENDS.findall(text)) == _keys(record, 0):
            return False
    else:
        ends = text.count(b'":')
        if ends == len(record) or (b"\\u00" not in text and ends == _key_ends(record)):
            return False
    lost = 0

    def count(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal lost
        members = dict(pairs)
        lost += len(pairs) - len(members)
        return members

    try:
        json.loads(text.decode("utf-8", "replace"), object_pairs_hook=count, strict=False)
    except (ValueError, RecursionError):
        return False
    return lost > 0


def _key_ends(record: Any) -> int:
    """How many there are in the record written again, in which values hold them as they did."""
    try:
        return orjson.dumps(record).count(b'":')
    except TypeError:  # a number beyond 64 bits, or deeper than orjson writes though not than it reads
        return -1


def _keys(value: Any, depth: int) -> int:
    """The keys in the value, and in all below it."""
    if type(value) is dict:
        found = len(value)
        values: Any = value.values()
    else:
        found, values = 0, value
    if depth > _MOST_DEPTH:
        return -1
    for one in values:
        if type(one) is dict or type(one) is list:
            found += _keys(one, depth + 1)
    return found
