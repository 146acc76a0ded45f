"""Rows of a result: a table where it fits the page, else one record under the other."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from carhound.findings.run import Cell, Rows
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.wording import count

SHOWN = 200
"""Rows listed of one result."""

_VALUES_SHOWN = 10
_NARROWEST_COLUMN = 12
_WIDEST_COLUMN = 60
_GAP = 2


def show_rows(page: Page, rows: Rows, indent: int) -> None:
    """The rows in their own order."""
    listed = [[_values(cell) for cell in row] for row in rows.rows[:SHOWN]]
    columns = [evidence(name, "dim") for name in rows.columns]
    widths = _widths(columns, listed, page.width - indent)
    if widths is None:
        _show_records(page, rows.columns, listed, indent)
    else:
        numeric = [
            all(isinstance(row[at], int | float | None) for row in rows.rows) for at in range(len(columns))
        ]
        _show_grid(page, columns, listed, widths, numeric, indent)
    if (more := len(rows.rows) - SHOWN) > 0:
        page.line(f"and {count(more, 'more row')}: --format json, jsonl or csv lists them all", indent=indent)


def _values(cell: Cell) -> list[Text]:
    """The cell's values, a line or more for each."""
    if cell is None:
        return [Text("–", "dim")]
    if not isinstance(cell, tuple):
        return [evidence(cell) if isinstance(cell, str) else Text(f"{cell}")]
    shown = [evidence(value) for value in cell[:_VALUES_SHOWN]]
    if (more := len(cell) - _VALUES_SHOWN) > 0:
        shown.append(Text(f"and {count(more, 'more value')}", "dim"))
    return shown


def _widths(columns: Sequence[Text], rows: Sequence[Sequence[list[Text]]], room: int) -> list[int] | None:
    """A width for each column, the widest ones cut back until all fit; None where they would get too narrow."""
    widths = [
        max([head.cell_len, *(text.cell_len for row in rows for text in row[at])])
        for at, head in enumerate(columns)
    ]
    room -= _GAP * (len(widths) - 1)
    least = [min(width, _NARROWEST_COLUMN) for width in widths]
    if sum(least) > room:
        return None
    while (over := sum(widths) - room) > 0:
        widest = max(range(len(widths)), key=lambda at: widths[at] - least[at])
        second = max((width for at, width in enumerate(widths) if at != widest), default=0)
        widths[widest] = max(least[widest], min(widths[widest] - 1, max(widths[widest] - over, second)))
    if any(width < min(natural, _WIDEST_COLUMN) // 2 for width, natural in zip(widths, widths, strict=True)):
        return None
    return widths


def _show_grid(
    page: Page,
    columns: Sequence[Text],
    rows: Sequence[Sequence[list[Text]]],
    widths: Sequence[int],
    numeric: Sequence[bool],
    indent: int,
) -> None:
    for row in [[[head] for head in columns], *rows]:
        cells = [
            [line for value in cell for line in page.folded(value, width)]
            for cell, width in zip(row, widths, strict=True)
        ]
        for at in range(max(map(len, cells), default=0)):
            line = Text()
            for cell, width, right in zip(cells, widths, numeric, strict=True):
                text = cell[at] if at < len(cell) else Text()
                gap = " " * (width - text.cell_len)
                line.append_text(Text(gap) + text if right else text + Text(gap)).append(" " * _GAP)
            page.line(line, indent=indent)


def _show_records(page: Page, columns: Sequence[str], rows: Sequence[Sequence[list[Text]]], indent: int) -> None:
    label = min(max((cell_len(evidence(name).plain) for name in columns), default=0), 30) + 2
    for number, row in enumerate(rows, 1):
        page.line((f"row {number}", "bold"), indent=indent)
        for name, values in zip(columns, row, strict=True):
            if values[0].plain == "–":
                continue
            for at, value in enumerate(values):
                page.labelled(evidence(name).plain if not at else "", value, indent=indent + 2, label_width=label)
