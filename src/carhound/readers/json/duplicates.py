"""Keys that stand twice in one JSON object: the last one is read, as most programs do, and that is told.

RFC 8259 leaves open which one counts, so that a record can say one thing to a collector and another one here.
"""

import json
import re
from typing import Any

import orjson

_ESCAPED_COLON = re.compile(rb"\\u003[Aa]")


def has_duplicate_keys(text: bytes, record: Any) -> bool:
    """Whether the text, of which `record` was made, has more keys than that shows.

    Every key is followed by a colon. If the record written again, in which texts hold them as they did, has
    as many as the text, then none was lost; else, or where one is escaped, the text is parsed again.
    """
    try:
        written = orjson.dumps(record)
    except TypeError:  # a number beyond 64 bits, or deeper than orjson writes though not than it reads
        written = b""
    escaped = b"\\u003" in text and _ESCAPED_COLON.search(text) is not None
    if written == text or (not escaped and text.count(b":") == written.count(b":")):
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
