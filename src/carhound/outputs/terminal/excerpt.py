"""A source line on a narrow page: the part that is meant, with carets that stay under it."""

from rich.cells import cell_len
from rich.text import Text

from carhound.outputs.escape import visible
from carhound.outputs.terminal.page import evidence

_LEFT_OUT = "…"


def excerpt(line: str, start: int, end: int, room: int) -> tuple[Text, str]:
    """The part of `line` around the characters from `start` to `end`, and the carets to put under it.

    Both are at most `room` columns wide; of marked characters that need more, the first are shown.
    """
    line = line.replace("\t", " ").rstrip().ljust(end)
    widths = [cell_len(visible(character)) for character in line]
    # A column on either side for the sign of what was left out.
    left, right, used = start, start + 1, widths[start] + 2
    while right < end and used + widths[right] <= room:
        used, right = used + widths[right], right + 1
    marked = right
    growing = True
    while growing:
        growing = False
        if left > 0 and used + widths[left - 1] <= room:
            left, growing = left - 1, True
            used += widths[left]
        if marked == end and right < len(line) and used + widths[right] <= room:
            used, right, growing = used + widths[right], right + 1, True
    shown = Text(_LEFT_OUT if left else "", "dim").append_text(evidence(line[left:start]))
    under = evidence(line[start:marked], "bold")
    carets = " " * shown.cell_len + "^" * under.cell_len
    shown.append_text(under).append_text(evidence(line[marked:right]))
    if right < len(line):
        shown.append(_LEFT_OUT, "dim")
    return shown, carets
