"""Cases by implementations: what was said, and whether that is as expected."""

from rich.text import Text

from carhound.findings.checks import AnalyticChecks, CaseResult, Cell
from carhound.outputs.patterns import language_name
from carhound.outputs.terminal.page import Page, evidence

_WORDS = {"hit": "hit", "quiet": "quiet", "not-judged": "blind", "not-evaluated": "not run"}
_NARROWEST_NAME = 20


def show_grid(page: Page, analytic: AnalyticChecks) -> None:
    """A row for each case, a column for each implementation; as a list where that does not fit."""
    names = [name for name, _ in analytic.implementations]
    for number, (name, language) in enumerate(analytic.implementations, 1):
        text = evidence(f"{name} ({language_name(language)})")
        page.labelled(str(number), text, indent=2, label_width=4)
    page.blank()
    width = 2 + max((_verdict(cell).cell_len for cell in analytic.cells()), default=0)
    room = page.width - 2 - width * len(names)
    if room < _NARROWEST_NAME:
        _show_list(page, analytic)
    else:
        longest = max((evidence(case.title).cell_len for case in analytic.cases), default=0)
        room = min(room, longest + 1)
        head = Text(" " * (room - 1), "dim")
        for number in range(1, len(names) + 1):
            head.append_text(_padded(Text(str(number), "dim"), width))
        page.line(head, indent=2)
        for case in analytic.cases:
            _show_row(page, case, names, room, width)
    _show_legend(page, analytic)


def _show_row(page: Page, case: CaseResult, names: list[str], room: int, width: int) -> None:
    """The name folded into its column, the verdicts beside its first line."""
    cells = {cell.implementation: cell for cell in case.cells}
    for at, folded in enumerate(page.folded(evidence(case.title), room - 1)):
        line = folded + Text(" " * (room - 1 - folded.cell_len))
        if at == 0:
            for name in names:
                line.append_text(_padded(_verdict(cells.get(name)), width))
        page.line(line, indent=2)


def _show_list(page: Page, analytic: AnalyticChecks) -> None:
    names = [name for name, _ in analytic.implementations]
    for case in analytic.cases:
        page.line(evidence(case.title, "bold"), indent=2)
        cells = {cell.implementation: cell for cell in case.cells}
        said: dict[str, list[str]] = {}
        for number, name in enumerate(names, 1):
            said.setdefault(_verdict(cells.get(name)).plain, []).append(str(number))
        for word, numbers in said.items():
            page.labelled(word, ", ".join(numbers), indent=4, label_width=11, style="")


def _show_legend(page: Page, analytic: AnalyticChecks) -> None:
    cells = list(analytic.cells())
    said = []
    if any(cell.as_expected is False for cell in cells):
        said.append("! not as expected")
    if any(cell.expected is None for cell in cells):
        said.append("( ) nothing expected")
    if any(cell.said == "not-judged" for cell in cells):
        said.append("blind: no event carries a field that it needs")
    if any(cell.said == "not-evaluated" for cell in cells):
        said.append("not run: see below")
    if said:
        page.blank()
        page.line(("; ".join(said), "dim"), indent=2)


def _verdict(cell: Cell | None) -> Text:
    if cell is None:
        return Text("")
    word = _WORDS[cell.said]
    if cell.as_expected is False:
        return Text(f"{word}!", "bold red")
    if cell.expected is None:
        return Text(f"({word})", "dim")
    if cell.as_expected is None:
        return Text(f"{word}?", "bold yellow")
    return Text(word, "bold" if cell.said == "hit" else "dim")


def _padded(text: Text, width: int) -> Text:
    return Text(" " * (width - text.cell_len)) + text
