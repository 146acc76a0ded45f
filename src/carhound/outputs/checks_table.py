"""The tests of analytics as a page for people: the table first, then what is not as expected and why."""

from collections.abc import Iterator

from carhound.findings.checks import AnalyticChecks, CaseResult, Cell, CheckRun
from carhound.outputs.terminal.case_grid import show_grid
from carhound.outputs.terminal.clause_lines import show_clauses
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.wording import count, some

_SHOWN = 5
"""Reasons of one verdict that are shown; JSON has them all."""


def page(run: CheckRun, *, width: int, colour: bool = False) -> str:
    """The whole page; without colour it holds no control character but the line break."""
    sheet = Page(width, colour=colour)
    for analytic in run.analytics:
        _show_analytic(sheet, analytic)
    for problem in run.problems:
        sheet.blank()
        sheet.line(("not read: ", "bold red"), evidence(problem))
    sheet.blank()
    if run.untested:
        sheet.line(evidence(f"without a test file: {some(run.untested, _SHOWN)}", "dim"), hang=2)
    style = "bold green" if run.exit_status == 0 else "bold red" if run.exit_status == 1 else "bold yellow"
    sheet.line((verdict(run), style), hang=0)
    return sheet.text()


def verdict(run: CheckRun) -> str:
    """One sentence: how many cases, how many expectations, how many hold."""
    cases = count(sum(len(one.cases) for one in run.analytics), "case")
    said = [f"{cases} of {count(len(run.analytics), 'analytic')}"]
    held = count(run.held, "expectation")
    said.append(f"{held} hold" if run.held != 1 else f"{held} holds")
    said.append(f"{run.failed:,} {'fails' if run.failed == 1 else 'fail'}" if run.failed else "none fails")
    if run.partial:
        told = f"{run.untold:,} could not be told" if run.untold else "not all evidence was read"
        said.append(told)
    if run.problems:
        said.append(f"{count(len(run.problems), 'file')} could not be read")
    return "; ".join(said)


def _show_analytic(sheet: Page, analytic: AnalyticChecks) -> None:
    sheet.blank()
    sheet.line(evidence(analytic.id, "bold"), "  ", evidence(analytic.title, "bold"))
    sheet.labelled("document", evidence(analytic.path), indent=0, label_width=11)
    for file in analytic.files:
        sheet.labelled("tests", evidence(file), indent=0, label_width=11)
    for text in analytic.unit_tests:
        sheet.labelled("unit test", evidence(text), indent=0, label_width=11)
    sheet.blank()
    show_grid(sheet, analytic)
    _show_failures(sheet, analytic)
    _show_claim(sheet, analytic)
    _show_gaps(sheet, analytic)
    show_clauses(sheet, analytic)


def _show_failures(sheet: Page, analytic: AnalyticChecks) -> None:
    failures = [(case, cell) for case in analytic.cases for cell in case.cells if cell.as_expected is False]
    if not failures:
        return
    sheet.blank()
    sheet.line(("Not as expected", "bold red"), indent=2)
    for case, cell in failures:
        sheet.line(
            ("!! ", "bold red"),
            evidence(f"{case.title}: {cell.implementation}: expected {cell.expected}, was {_said(cell)}"),
            evidence(f"  [{case.file}:{case.line}]", "dim"),
            indent=2,
            hang=5,
        )
        show_reasons(sheet, analytic, cell, 5)


def show_reasons(sheet: Page, analytic: AnalyticChecks, cell: Cell, indent: int) -> None:
    """Why an implementation said what it said, each reason with the place of its clause."""
    for reason in cell.reasons[:_SHOWN]:
        about = f"record {reason.record} " if reason.record is not None else ""
        place = ""
        if reason.clause is not None and reason.clause.line is not None:
            place = f"  [{analytic.path}:{reason.clause.line}:{reason.clause.column}]"
        sheet.line(evidence(about + reason.message), evidence(place, "dim"), indent=indent)
    if (more := len(cell.reasons) - _SHOWN) > 0:
        sheet.line(f"and {more:,} more: --format json lists them all", indent=indent)


def _show_claim(sheet: Page, analytic: AnalyticChecks) -> None:
    """The published unit test against the cases that stand for it."""
    claimed = analytic.claimed
    if not claimed:
        return
    broken = [case for case in claimed if case.fulfils_claim is False]
    untold = [case for case in claimed if case.fulfils_claim is None]
    kept = len(claimed) - len(broken) - len(untold)
    sheet.blank()
    sheet.line(("The published unit test", "bold"), indent=2)
    for text in analytic.claims or analytic.unit_tests:
        sheet.line(evidence(text, "dim"), indent=2, hang=2)
    said = [f"of {count(len(claimed), 'case')} that it speaks of, {_triggers(kept)} some implementation"]
    if broken:
        said.append(f"{_triggers(len(broken))} none: there it does not hold")
    if untold:
        said.append(f"{len(untold):,} could not be told")
    sheet.line("; ".join(said), indent=2)
    same: dict[tuple[str, ...], list[CaseResult]] = {}
    for case in broken:
        same.setdefault(tuple(_first_reasons(case)), []).append(case)
    for reasons, cases in same.items():
        for case in cases:
            about = f"  {case.about}" if case.about else ""
            title = (evidence(case.title, "bold"), evidence(about, "dim"))
            sheet.line(("- ", "bold yellow"), *title, indent=2, hang=4)
        for reason in reasons:
            sheet.line(evidence(reason), indent=4)


def _triggers(number: int) -> str:
    return f"{number:,} {'triggers' if number == 1 else 'trigger'}"


def _first_reasons(case: CaseResult) -> Iterator[str]:
    """Why each implementation is quiet."""
    for cell in case.cells:
        for reason in cell.reasons[:1]:
            about = f"record {reason.record} " if reason.record is not None else ""
            yield f"{cell.implementation}: {about}{reason.message}"


def _show_gaps(sheet: Page, analytic: AnalyticChecks) -> None:
    gaps = [(case, problem) for case in analytic.cases for problem in case.problems]
    blind = [(case, cell) for case in analytic.cases for cell in case.cells if _unjudged(case, cell)]
    if not (gaps or blind or analytic.not_run):
        return
    sheet.blank()
    sheet.line(("Not evaluated", "bold yellow"), indent=2)
    for one in analytic.not_run:
        sheet.line(("! ", "bold yellow"), evidence(f"{one.implementation}: {one.why}"), indent=2, hang=4)
    for case, problem in gaps:
        sheet.line(("! ", "bold yellow"), evidence(f"{case.title}: {problem}"), indent=2, hang=4)
    for case, cell in blind:
        why = "; ".join(reason.message for reason in cell.reasons)
        text = f"{case.title}: {cell.implementation}: expected {cell.expected}, not judged: {why}"
        sheet.line(("! ", "bold yellow"), evidence(text), indent=2, hang=4)


def _unjudged(case: CaseResult, cell: Cell) -> bool:
    return cell.said == "not-judged" and cell.untold and not case.problems


def _said(cell: Cell) -> str:
    return cell.said.replace("-", " ") + (f" on {_records(cell)}" if cell.matched else "")


def _records(cell: Cell) -> str:
    return f"record{'s' if len(cell.matched) > 1 else ''} {some(cell.matched, _SHOWN)}"
