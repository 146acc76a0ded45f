"""A subsearch in brackets, as append and join take it."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import Pipeline


def read_subsearch(cursor: Cursor, command: str) -> Pipeline:
    """Passes a search in brackets."""
    cursor.skip_blank()
    start = cursor.at
    if not cursor.take("["):
        cursor.fail(
            "SPL-P1",
            f"{command} needs a subsearch {cursor.found()}",
            cursor.here(),
            f"write {command} [search EventCode=1 | table Computer]",
        )
    pipeline: Pipeline = cursor.read_subsearch(cursor)
    if not cursor.take("]"):
        cursor.fail(
            "SPL-P1", "this subsearch is never closed", cursor.span(start, start + 1), "close it with ]"
        )
    return pipeline
