"""The run as a page for people: what was found first, what could not be seen last, the verdict at the end."""

from collections.abc import Mapping

from msgspec.structs import replace

from carhound.findings.run import AnalyticResult, Finding, ImplementationResult, Run
from carhound.outputs.patterns import patterns
from carhound.outputs.sentences import attack_text, d3fend_text, window_text
from carhound.outputs.terminal.hosts import show_hosts
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.terminal.pattern_block import Context, show_pattern
from carhound.outputs.terminal.reading import show_reading
from carhound.outputs.terminal.remarks import Told, show_diagnostic, show_notes, show_warnings
from carhound.outputs.verdict import verdict
from carhound.outputs.wording import count, moment

_PASSED_OVER_SHOWN = 5
_REASONS_SHOWN = 20


def page(run: Run, *, width: int, colour: bool = False) -> str:
    """The whole page; without colour it holds no control character but the line break."""
    sheet = Page(width, colour=colour)
    _show_head(sheet, run)
    if run.results is not None:
        _show_search(sheet, run)
    else:
        for analytic in run.analytics:
            mine = {finding.id: finding for finding in run.findings if finding.analytic == analytic.id}
            _show_analytic(sheet, analytic, mine, run)
    show_reading(sheet, run, 0)
    show_hosts(sheet, run, 0)
    _show_verdict(sheet, run)
    return sheet.text()


def _show_head(sheet: Page, run: Run) -> None:
    info = run.info
    said = [
        f"carhound {info.version}",
        f"now is {moment(info.now)}, {info.now_from}",
        f"days in {info.tz}",
        f"{info.reading} reading",
    ]
    if info.novel_over:
        said.append(f"only what is new against {count(info.novel_over, 'day')}")
    if info.backfill:
        said.append("one run for each day")
    sheet.line(evidence("; ".join(said), "dim"), hang=0)
    ranges = {
        window_text(window)
        for analytic in run.analytics
        for result in analytic.implementations
        for window in result.windows
        if window.line is None and not info.novel_over
    }
    for text in sorted(ranges):
        sheet.line(f"only events from {text}")
    if info.passed_over:
        named = ", ".join(info.passed_over[:_PASSED_OVER_SHOWN])
        more = len(info.passed_over) - _PASSED_OVER_SHOWN
        text = f"no analytics: {named}" + (f" and {count(more, 'more file')}" if more > 0 else "")
        sheet.line(evidence(text, "dim"), hang=0)


def _show_analytic(sheet: Page, analytic: AnalyticResult, findings: Mapping[str, Finding], run: Run) -> None:
    sheet.blank()
    sheet.line(evidence(analytic.id, "bold"), "  ", evidence(analytic.title, "bold"))
    about = {"ATT&CK": attack_text(analytic), "D3FEND": d3fend_text(analytic), "document": analytic.path}
    for label, text in about.items():
        if text:
            sheet.labelled(label, evidence(text), indent=0, label_width=10)
    sheet.blank()
    for diagnostic in analytic.diagnostics:
        if diagnostic.severity == "error":
            show_diagnostic(sheet, diagnostic, 2)
    hidden = {one.finding.id: one for one in run.suppressed if one.finding.analytic == analytic.id}
    context = Context(run.info, findings, hidden)
    for pattern in patterns(analytic):
        show_pattern(sheet, pattern, context, 2)
    show_notes(sheet, analytic, context.told, 2)


def _show_search(sheet: Page, run: Run) -> None:
    """What must be known of the search first, then its rows, then what else is to be known."""
    told = Told()
    sheet.blank()
    for analytic in run.analytics:
        for result in analytic.implementations:
            # The text is the caller's own: carets say more of it than a line's number.
            for diagnostic in result.diagnostics:
                slip = diagnostic.severity == "warning" and diagnostic.span is not None
                if result.status != "ran" or (slip and not told.again(diagnostic)):
                    show_diagnostic(sheet, diagnostic, 0, rated=slip)
            if result.status == "ran":
                show_warnings(sheet, [_without_slips(result)], told, 0)
    if run.results is not None and run.results.rows:
        from carhound.outputs.terminal.result_rows import show_rows

        sheet.blank()
        show_rows(sheet, run.results, 0)
    for analytic in run.analytics:
        show_notes(sheet, analytic, told, 0)


def _without_slips(result: ImplementationResult) -> ImplementationResult:
    return replace(result, diagnostics=tuple(one for one in result.diagnostics if one.span is None))


def _show_verdict(sheet: Page, run: Run) -> None:
    said = verdict(run)
    sheet.blank()
    sheet.line(evidence(said.sentence, "bold" if run.status == "complete" else "bold yellow"), hang=0)
    for reason in said.reasons[:_REASONS_SHOWN]:
        sheet.labelled("-", evidence(reason), indent=2, label_width=2)
    if (more := len(said.reasons) - _REASONS_SHOWN) > 0:
        sheet.line(f"and {count(more, 'more reason')}: --format json lists them all", indent=2)
    for one in (said.unseen, said.unused):
        if one:
            sheet.line(evidence(one), hang=0)
