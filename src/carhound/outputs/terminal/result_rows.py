"""Rows of a result: a table where it fits the page, else one record under the other."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from carhound.findings.run import EVENT_HEAD, Rows
from carhound.model.event import Cell
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.wording import count

SHOWN = 200
"""Rows listed of one result."""

_VALUES_SHOWN = 10
_NARROWEST_COLUMN = 20
_WIDEST_LABEL = 24
_ABSENT = Text("–", "dim")
_GAP = 2


def show_rows(page: Page, rows: Rows, indent: int) -> None:
    """The rows in their own order; of events, what happened."""
    shown = SHOWN if rows.shown is None else rows.shown
    listed = [[_values(cell) for cell in row] for row in rows.rows[:shown]]
    if rows.events is not None:
        names = rows.columns[: rows.events]
        for row in listed:
            _show_event(page, dict(zip(names, row, strict=False)), indent)
    else:
        _show_table(page, rows, listed, indent)
    if (more := len(rows.rows) - shown) > 0:
        page.line(f"and {count(more, 'more row')}: --format json, jsonl or csv lists them all", indent=indent)


def _show_event(page: Page, fields: dict[str, list[Text]], indent: int) -> None:
    """When, where and which event in one line, then its other fields."""
    head = [text for name in EVENT_HEAD for text in fields.pop(name, [])]
    page.line(Text("  ").join(Text(style="bold").append_text(text) for text in head), indent=indent)
    _show_fields(page, list(fields), list(fields.values()), indent + 2)


def _show_table(page: Page, rows: Rows, listed: Sequence[Sequence[list[Text]]], indent: int) -> None:
    columns = [evidence(name, "dim") for name in rows.columns]
    widths = _widths(columns, listed, page.width - indent)
    if widths is None:
        _show_records(page, rows.columns, listed, indent)
    else:
        numeric = [
            {type(row[at]) for row in rows.rows} - {type(None)} in ({int}, {float}, {int, float})
            for at in range(len(columns))
        ]
        _show_grid(page, columns, listed, widths, numeric, indent)


def _values(cell: Cell) -> list[Text]:
    """The cell's values, each to start on a line of its own; none for an absent one."""
    if cell is None:
        return []
    if not isinstance(cell, tuple):
        return [evidence(cell) if isinstance(cell, str) else Text(f"{cell}")]
    shown = [evidence(value) for value in cell[:_VALUES_SHOWN]]
    if (more := len(cell) - _VALUES_SHOWN) > 0:
        shown.append(Text(f"and {count(more, 'more value')}", "dim"))
    return shown


def _widths(columns: Sequence[Text], rows: Sequence[Sequence[list[Text]]], room: int) -> list[int] | None:
    """A width for each column, the widest cut back alike until all fit; None where that is too narrow."""
    widths = [
        max([head.cell_len, *(text.cell_len for row in rows for text in row[at])])
        for at, head in enumerate(columns)
    ]
    room -= _GAP * (len(widths) - 1)
    for cap in range(max(widths, default=0), _NARROWEST_COLUMN - 1, -1):
        cut = [min(width, cap) for width in widths]
        if sum(cut) <= room:
            return cut
    return widths if sum(widths) <= room else None


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
            [line for value in cell or [_ABSENT] for line in page.folded(value, width)]
            for cell, width in zip(row, widths, strict=True)
        ]
        for at in range(max(map(len, cells), default=0)):
            line = Text()
            for cell, width, right in zip(cells, widths, numeric, strict=True):
                text = cell[at] if at < len(cell) else Text()
                gap = " " * (width - text.cell_len)
                line.append_text(Text(gap) + text if right else text + Text(gap)).append(" " * _GAP)
            page.line(line, indent=indent, hang=indent)


def _show_records(
    page: Page, columns: Sequence[str], rows: Sequence[Sequence[list[Text]]], indent: int
) -> None:
    for number, row in enumerate(rows, 1):
        page.line((f"row {number}", "bold"), indent=indent)
        _show_fields(page, columns, row, indent + 2)


def _show_fields(page: Page, columns: Sequence[str], row: Sequence[list[Text]], indent: int) -> None:
    names = [evidence(name).plain for name in columns]
    label = min(max(map(cell_len, names), default=0), _WIDEST_LABEL) + 2
    for name, values in zip(names, row, strict=True):
        beside = name
        if (
            len(values) == 1
            and _WIDEST_LABEL < cell_len(name) < page.width - indent - values[0].cell_len - _GAP
        ):
            page.line((name, "dim"), " " * _GAP, values[0], indent=indent)
            continue
        if values and cell_len(name) > _WIDEST_LABEL:
            page.line((name, "dim"), indent=indent)
            beside = ""
        for at, value in enumerate(values):
            page.labelled("" if at else beside, value, indent=indent, label_width=label)
