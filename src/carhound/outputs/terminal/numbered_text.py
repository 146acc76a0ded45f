"""A source text with its clauses numbered: under each line, where its clauses begin and how far they go."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from carhound.findings.explanation import Clause
from carhound.model.diagnostics import Source
from carhound.outputs.escape import visible
from carhound.outputs.terminal.page import Page, evidence

_GAP = 2


def show_numbered(page: Page, source: Source, clauses: Sequence[Clause], indent: int) -> None:
    """The lines with their numbers in the file; too long ones in pieces, each with its clauses below it."""
    lines = source.text.rstrip().split("\n")
    width = len(str(source.line + len(lines) - 1))
    start = 0
    left = indent + width + _GAP
    for number, line in enumerate(lines, source.line):
        label = str(number).rjust(width)
        for begin, end in _pieces(line, page.width - left):
            shown, under = _marked(line, start, begin, end, clauses)
            page.line((label, "dim"), " " * _GAP, shown, indent=indent, hang=left)
            if under:
                page.line((under, "cyan"), indent=left, hang=left)
            label = " " * width
        start += len(line) + 1


def _pieces(line: str, room: int) -> list[tuple[int, int]]:
    """Where to cut the line so that each piece fits, at a blank where there is one."""
    pieces = []
    begin = 0
    while begin < len(line):
        end, used, blank = begin, 0, 0
        while end < len(line) and used + (wide := cell_len(visible(_plain(line[end])))) <= room:
            used, end = used + wide, end + 1
            if line[end - 1] == " " and line[begin:end].strip():
                blank = end
        if end < len(line) and blank:
            end = blank
        end = max(end, begin + 1)
        pieces.append((begin, end))
        begin = end
    return pieces or [(0, 0)]


def _plain(character: str) -> str:
    return " " if character == "\t" else character


def _marked(line: str, start: int, begin: int, end: int, clauses: Sequence[Clause]) -> tuple[Text, str]:
    """The piece, and the marks below it."""
    shown = evidence("".join(map(_plain, line[begin:end])).rstrip())
    columns = [0]
    for character in line[begin:end]:
        columns.append(columns[-1] + cell_len(visible(_plain(character))))
    marks = [" "] * (columns[-1] + 4)
    # An outer clause, such as a subsearch, shows where it begins only: the inner ones need the room.
    for clause in clauses:
        first, last = clause.span.start - start, clause.span.end - start
        if last <= begin or first >= end:
            continue
        outer = any(
            other is not clause
            and clause.span.start <= other.span.start
            and other.span.end <= clause.span.end
            for other in clauses
        )
        number = str(clause.number)
        at, to = columns[max(first, begin) - begin], columns[min(last, end) - begin]
        if first < begin:
            if not outer:
                marks[at:to] = "-" * len("".join(map(_plain, line[begin : min(last, end)])).rstrip())
            continue
        wanted = number if outer else number.ljust(to - at, "-")
        marks[at : at + len(wanted)] = wanted
    return shown, "".join(marks).rstrip()
