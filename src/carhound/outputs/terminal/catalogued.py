"""`carhound analytics` as a page: a list of documents, or one of them in full."""

from carhound.findings.catalogue import Catalogue, Catalogued, CataloguedText
from carhound.findings.run import AnalyticResult
from carhound.outputs.patterns import named
from carhound.outputs.sentences import attack_text, d3fend_text
from carhound.outputs.terminal.about import show_reasons
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.terminal.remarks import show_diagnostic
from carhound.outputs.wording import count, some

_LABEL = 12
_PASSED_OVER_SHOWN = 5


def page(catalogue: Catalogue, *, width: int, colour: bool = False) -> str:
    """The whole page; without colour it holds no control character but the line break."""
    sheet = Page(width, colour=colour)
    for one in catalogue.analytics:
        _show(sheet, one, catalogue.single)
    if catalogue.passed_over:
        sheet.blank()
        named = some(catalogue.passed_over, _PASSED_OVER_SHOWN)
        sheet.line(evidence(f"no analytics: {named}", "dim"), hang=0)
    show_reasons(sheet, catalogue.reasons)
    return sheet.text()


def _show(sheet: Page, one: Catalogued, full: bool) -> None:
    about = one.about
    sheet.blank()
    sheet.line(evidence(about.id, "bold"), "  ", evidence(about.title, "bold"))

    def detail(label: str, text: str) -> None:
        if text:
            sheet.labelled(label, evidence(text), indent=2, label_width=_LABEL)

    detail("ATT&CK", attack_text(about))
    detail("D3FEND", d3fend_text(about))
    detail("document", f"{about.path}{', bundled' if one.bundled and full else ''}")
    _show_references(sheet, about)
    if one.discrepancies:
        said = count(one.discrepancies, "place is known", "places are known")
        detail("differences", f"{said} where the text and what it seems to mean differ: carhound explain")
    if full:
        detail("about", " ".join(one.description.split()))
        for test in one.unit_tests:
            detail("unit test", " ".join(test.split()))
        for diagnostic in about.diagnostics:
            show_diagnostic(sheet, diagnostic, 2)
        sheet.blank()
    for text in one.implementations:
        _show_text(sheet, text, full)


def _show_references(sheet: Page, about: AnalyticResult) -> None:
    if not about.data_model_references:
        return
    good = [reference for reference, defined in about.data_model_references if defined]
    broken = [reference for reference, defined in about.data_model_references if not defined]
    sheet.labelled("data model", evidence(", ".join(good) or "none"), indent=2, label_width=_LABEL)
    if broken:
        said = "broken: " + ", ".join(broken)
        sheet.labelled("", evidence(said, "yellow"), indent=2, label_width=_LABEL)


def _show_text(sheet: Page, text: CataloguedText, full: bool) -> None:
    runs = text.why_not is None
    sheet.line(
        ("runs        " if runs else "cannot run  ", "green" if runs else "bold red"),
        evidence(named(text.name, text.language), "bold" if full else ""),
        (f", line {text.line}", "dim"),
        indent=2,
        hang=2 + _LABEL,
    )
    if full and text.description:
        sheet.line(evidence(" ".join(text.description.split()), "dim"), indent=2 + _LABEL, hang=2 + _LABEL)
    if text.why_not is None:
        return
    if full:
        show_diagnostic(sheet, text.why_not, 2 + _LABEL)
    else:
        said = f"{text.why_not.code}  {text.why_not.message}"
        sheet.line(evidence(said), indent=2 + _LABEL)
