"""Diagnostics on the page: in full where something was not evaluated, as short notes elsewhere."""

from rich.cells import cell_len
from rich.text import Text

from carhound.findings.run import AnalyticResult
from carhound.model.diagnostics import Diagnostic
from carhound.outputs.patterns import language_name, pattern_name
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.wording import count

_STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold"}
_SIGNS = {"error": "!!", "warning": "! ", "note": "- "}
_RANK = {"error": 0, "warning": 1, "note": 2}


def show_diagnostic(page: Page, diagnostic: Diagnostic, indent: int) -> None:
    """Message, place, the source line with carets under it, what to do."""
    page.line((diagnostic.code, _STYLES[diagnostic.severity]), "  ", evidence(diagnostic.message), indent=indent)
    position = diagnostic.position()
    if diagnostic.source is not None and diagnostic.span is not None and position is not None:
        page.line(evidence(f"{diagnostic.source.name}:{position[0]}:{position[1]}", "dim"), indent=indent + 2)
        line, start = diagnostic.source.line_at(diagnostic.span.start)
        at = diagnostic.span.start - start
        end = max(at + 1, min(diagnostic.span.end - start, len(line)))
        shown, carets = excerpt(line, at, end, page.width - indent - 6)
        page.line(shown, indent=indent + 4)
        page.line((carets, "bold red"), indent=indent + 4)
    if diagnostic.hint:
        page.labelled("hint:", evidence(diagnostic.hint), indent=indent + 2, label_width=6)


def excerpt(line: str, start: int, end: int, room: int) -> tuple[Text, str]:
    """The part of a source line around `start` to `end` that fits into `room` columns, and carets under it."""
    line = line.replace("\t", " ").ljust(end)
    left, right = start, start
    while right < end and _width(line[left : right + 1]) <= room:
        right += 1
    marked = max(right, left + 1)
    # Then as much before as after, a column for the sign of what was left out on either side.
    room -= 2
    while True:
        grown = False
        if left > 0 and _width(line[left - 1 : right]) <= room:
            left, grown = left - 1, True
        if right < len(line) and _width(line[left : right + 1]) <= room:
            right, grown = right + 1, True
        if not grown:
            break
    shown = Text("…" if left else "", "dim")
    shown.append_text(evidence(line[left:start]))
    blank = shown.cell_len
    under = evidence(line[start:marked], "bold")
    shown.append_text(under).append_text(evidence(line[marked:right].rstrip()))
    if right < len(line.rstrip()):
        shown.append("…", "dim")
    return shown, " " * blank + "^" * max(1, under.cell_len)


def _width(text: str) -> int:
    return cell_len(evidence(text).plain)


def show_notes(page: Page, analytic: AnalyticResult, indent: int) -> None:
    """What is to be known about the analytic and its texts, each remark once, the gravest first."""
    owners: dict[tuple[object, ...], tuple[Diagnostic, list[str]]] = {}

    def add(diagnostic: Diagnostic, owner: str | None) -> None:
        key = (diagnostic.code, diagnostic.severity, diagnostic.message, diagnostic.hint, diagnostic.count)
        _, names = owners.setdefault(key, (diagnostic, []))
        if owner is not None:
            names.append(owner)

    for diagnostic in analytic.diagnostics:
        add(diagnostic, None)
    for result in analytic.implementations:
        if result.status == "ran":
            for diagnostic in result.diagnostics:
                add(diagnostic, f"{pattern_name(result.name)} ({language_name(result.language)})")
    if not owners:
        return
    page.blank()
    page.line(("Notes", "bold"), indent=indent)
    for diagnostic, names in sorted(owners.values(), key=lambda one: _RANK[one[0].severity]):
        _show_note(page, diagnostic, names, indent)


def _show_note(page: Page, diagnostic: Diagnostic, names: list[str], indent: int) -> None:
    affected = "" if diagnostic.count is None else f" ({count(diagnostic.count, 'event')})"
    page.line(
        (_SIGNS[diagnostic.severity], _STYLES[diagnostic.severity]),
        " ",
        evidence(diagnostic.message),
        (affected, "bold"),
        indent=indent,
        hang=indent + 3,
    )
    about = [diagnostic.code, *_merge_languages(names)]
    position = diagnostic.position()
    if position is not None:
        about.append(f"line {position[0]}")
    page.line(evidence(", ".join(about), "dim"), indent=indent + 3, hang=indent + 3)
    if diagnostic.hint:
        page.labelled("hint:", evidence(diagnostic.hint), indent=indent + 3, label_width=6)


def _merge_languages(names: list[str]) -> list[str]:
    """Both twins of a pattern are named by the pattern alone."""
    bare = [name.rpartition(" (")[0] for name in names]
    return list(dict.fromkeys(one if bare.count(one) > 1 else name for one, name in zip(bare, names, strict=True)))
