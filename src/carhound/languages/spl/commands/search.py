"""`search`: keeps the events an expression describes; as the first command it also makes them."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.search_expression import PipelineParser, parse_search
from carhound.languages.spl.syntax import Search
from carhound.languages.spl.words import end_of_command


def parse(cursor: Cursor, subsearch: PipelineParser) -> Search:
    """Reads what follows the command's name."""
    cursor.skip_blank()
    start = cursor.at
    expression = parse_search(cursor, subsearch)
    if cursor.peek() == ")":
        cursor.fail("SPL-P1", "this parenthesis closes nothing", cursor.here(), "drop it or open one before")
    end_of_command(cursor, "search")
    return Search(expression, cursor.span(start, len(cursor.text[: cursor.at].rstrip())))
