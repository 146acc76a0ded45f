"""`carhound lint` as a page: errors and warnings with their places, notes a line each."""

from collections.abc import Sequence

from carhound.findings.linted import LintedAnalytic, LintRun, Remark, Witness
from carhound.outputs.patterns import named
from carhound.outputs.terminal.about import show_reasons
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.terminal.remarks import show_diagnostic
from carhound.outputs.wording import count, some

_PASSED_OVER_SHOWN = 5


def page(run: LintRun, *, width: int, colour: bool = False) -> str:
    """The whole page; without colour it holds no control character but the line break."""
    sheet = Page(width, colour=colour)
    for analytic in run.analytics:
        _show(sheet, analytic)
    if run.passed_over:
        sheet.blank()
        shown = some(run.passed_over, _PASSED_OVER_SHOWN)
        sheet.line(evidence(f"no analytics: {shown}", "dim"), hang=0)
    show_reasons(sheet, run.reasons)
    sheet.blank()
    sheet.line((_sum(run), "bold"))
    return sheet.text()


def _sum(run: LintRun) -> str:
    said = [count(number, level) for level, number in run.counts().items() if number]
    return f"{count(len(run.analytics), 'document')}: {', '.join(said) or 'nothing to remark'}"


def _show(sheet: Page, analytic: LintedAnalytic) -> None:
    sheet.blank()
    sheet.line(evidence(analytic.id, "bold"), "  ", evidence(analytic.title, "bold"))
    _show_remarks(sheet, analytic.remarks)
    for one in analytic.implementations:
        if not one.remarks:
            continue
        sheet.blank()
        place = (f", line {one.code.line}", "dim")
        unread = ("" if one.checked else ": not checked", "bold red")
        sheet.line(evidence(named(one.name, one.language), "bold"), place, unread, indent=2)
        _show_remarks(sheet, one.remarks)


def _show_remarks(sheet: Page, remarks: Sequence[Remark]) -> None:
    for severity in ("error", "warning"):
        for remark in remarks:
            if remark.severity == severity:
                show_diagnostic(sheet, remark.diagnostic, 4, rated=True)
                if remark.witness is not None:
                    _show_witness(sheet, remark.witness)
    for remark in remarks:
        if remark.severity == "note":
            _show_note(sheet, remark)


def _show_witness(sheet: Page, witness: Witness) -> None:
    wide = max(len(name) for name, _ in witness.fields) + 2
    for name, value in witness.fields:
        shown = ("missing", "dim") if value is None else evidence(value)
        sheet.labelled(name, shown, indent=6, label_width=wide)


def _show_note(sheet: Page, remark: Remark) -> None:
    position = remark.diagnostic.position()
    where = "" if position is None else f"  line {position[0]}"
    sheet.line(
        (remark.diagnostic.code, "dim"),
        "  ",
        evidence(remark.diagnostic.message),
        (where, "dim"),
        indent=4,
        hang=6,
    )
