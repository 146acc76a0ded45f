"""Diagnostics on the page: in full where something was not evaluated, as notes beside what was."""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from carhound.findings.run import AnalyticResult, ImplementationResult
from carhound.model.diagnostics import Diagnostic
from carhound.outputs.patterns import language_name, pattern_name
from carhound.outputs.terminal.excerpt import excerpt
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.wording import count

_STYLES = {"error": "bold red", "warning": "bold yellow", "note": "dim"}
_SIGNS = {"error": "!!", "warning": "! ", "note": "- "}
_SIGN = 3
"""Columns of a sign with the blank after it."""


def show_diagnostic(page: Page, diagnostic: Diagnostic, indent: int, *, rated: bool = False) -> None:
    """Message, place, source line with carets under it, what to do; `rated` says the severity in words."""
    style = _STYLES[diagnostic.severity]
    level = (f"{diagnostic.severity}: ", style) if rated else ""
    page.line((diagnostic.code, style), "  ", level, evidence(diagnostic.message), indent=indent)
    position = diagnostic.position()
    if diagnostic.source is not None and diagnostic.span is not None and position is not None:
        page.line(evidence(f"{diagnostic.source.name}:{position[0]}:{position[1]}", "dim"), indent=indent + 2)
        line, start = diagnostic.source.line_at(diagnostic.span.start)
        at = diagnostic.span.start - start
        end = max(at + 1, min(diagnostic.span.end - start, len(line)))
        shown, carets = excerpt(line, at, end, page.width - indent - 4)
        page.line(shown, indent=indent + 4)
        page.line((carets, "bold red"), indent=indent + 4)
    if diagnostic.hint:
        page.labelled("hint:", evidence(diagnostic.hint), indent=indent + 2, label_width=6)


class Told(Struct):
    """The remarks a page has made already: each is made once."""

    _seen: set[tuple[object, ...]] = field(default_factory=set)

    def again(self, diagnostic: Diagnostic) -> bool:
        """Whether the page says this for the second time."""
        key = _key(diagnostic)
        if key in self._seen:
            return True
        self._seen.add(key)
        return False


def show_warnings(page: Page, results: Sequence[ImplementationResult], told: Told, indent: int) -> None:
    """What must stand beside the answers of one pattern for them to be read right."""
    for diagnostic, owners in _merged(results):
        if diagnostic.severity == "note":
            continue
        if told.again(diagnostic):
            page.line(*_sign(diagnostic), f"see {diagnostic.code} above", indent=indent)
        else:
            whose = [language_name(one.language) for one in owners] if len(owners) < len(results) else []
            _show_note(page, diagnostic, whose, indent)


def show_notes(page: Page, analytic: AnalyticResult, told: Told, indent: int) -> None:
    """What else is to be known about the document, and about those of its texts that had events to judge."""
    ran = [result for result in analytic.implementations if result.status == "ran" and result.eligible]
    twins = Counter(pattern_name(one.name) for one in analytic.implementations)
    notes: list[tuple[Diagnostic, list[ImplementationResult]]] = []
    notes += [(one, []) for one in analytic.diagnostics if one.severity != "error"]
    notes += [(one, owners) for one, owners in _merged(ran) if one.severity == "note"]
    fresh = [(diagnostic, owners) for diagnostic, owners in notes if not told.again(diagnostic)]
    if not fresh:
        return
    page.blank()
    page.line(("Notes", "bold"), indent=indent)
    for diagnostic, owners in fresh:
        _show_note(page, diagnostic, _names(owners, twins), indent)


def _merged(results: Iterable[ImplementationResult]) -> list[tuple[Diagnostic, list[ImplementationResult]]]:
    """Each remark once, with the implementations it belongs to."""
    merged: dict[tuple[object, ...], tuple[Diagnostic, list[ImplementationResult]]] = {}
    for result in results:
        for diagnostic in result.diagnostics:
            merged.setdefault(_key(diagnostic), (diagnostic, []))[1].append(result)
    return list(merged.values())


def _key(diagnostic: Diagnostic) -> tuple[object, ...]:
    return diagnostic.code, diagnostic.severity, diagnostic.message, diagnostic.hint, diagnostic.count


def _sign(diagnostic: Diagnostic) -> tuple[tuple[str, str], str]:
    return (_SIGNS[diagnostic.severity], _STYLES[diagnostic.severity]), " "


def show_once(page: Page, diagnostic: Diagnostic, told: Told, indent: int) -> None:
    """One remark, in full for the first time and then by its code."""
    if told.again(diagnostic):
        page.line(*_sign(diagnostic), f"see {diagnostic.code} above", indent=indent)
    else:
        _show_note(page, diagnostic, [], indent)


def _show_note(page: Page, diagnostic: Diagnostic, whose: Sequence[str], indent: int) -> None:
    affected = "" if diagnostic.count is None else f" ({count(diagnostic.count, 'event')})"
    about = [diagnostic.code, *whose]
    position = diagnostic.position()
    if position is not None:
        about.append(f"line {position[0]}")
    page.line(
        *_sign(diagnostic),
        evidence(diagnostic.message),
        (affected, "bold"),
        evidence(f" [{', '.join(about)}]", "dim"),
        indent=indent,
        hang=indent + _SIGN,
    )
    if diagnostic.hint:
        page.labelled("hint:", evidence(diagnostic.hint), indent=indent + _SIGN, label_width=6)


def _names(owners: Sequence[ImplementationResult], twins: Counter[str]) -> list[str]:
    """Patterns, with the language where only one of the twins is meant."""
    patterns = [pattern_name(one.name) for one in owners]
    named = [
        pattern if patterns.count(pattern) == twins[pattern] else f"{pattern} ({language_name(one.language)})"
        for pattern, one in zip(patterns, owners, strict=True)
    ]
    return list(dict.fromkeys(named))
