"""Names of lookup tables in a search."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.words import Word, read_word


def read_table_name(cursor: Cursor, command: str) -> Word:
    """Passes the name of a table."""
    name = None if cursor.ends() else read_word(cursor)
    if name is None:
        cursor.fail(
            "SPL-P1",
            f"{command} needs the name of a table {cursor.found()}",
            cursor.here(),
            f"write {command} iocs, and give the table with --lookup iocs=FILE",
        )
    return name
