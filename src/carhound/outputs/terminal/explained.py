"""`carhound explain` as a page: what each implementation asks, or what it says of one event."""

from rich.text import Text

from carhound.findings.explanation import (
    AnalyticExplained,
    Explanation,
    FieldRead,
    ImplementationExplained,
    LakePart,
    NoOpinion,
    Reads,
)
from carhound.model.diagnostics import Diagnostic, Severity
from carhound.model.names import NATIVE_ALIASES
from carhound.outputs.patterns import named
from carhound.outputs.sentences import window_text
from carhound.outputs.terminal.about import events_text, show_about, show_head, show_reasons
from carhound.outputs.terminal.answered import show_answer
from carhound.outputs.terminal.events import show_event
from carhound.outputs.terminal.numbered_text import show_numbered
from carhound.outputs.terminal.page import Page, Part, evidence
from carhound.outputs.terminal.remarks import Told, show_diagnostic, show_once

_LABEL = 10
_ENGINE = 17
_ENGINES = {"sql": "SQL", "both": "SQL, then tested", "interpreter": "interpreter"}


def page(explanation: Explanation, *, width: int, colour: bool = False) -> str:
    """The whole page; without colour it holds no control character but the line break."""
    sheet = Page(width, colour=colour)
    show_head(sheet, explanation.info)
    if explanation.event is not None:
        _show_event(sheet, explanation)
    for analytic in explanation.analytics:
        _show_analytic(sheet, analytic, explanation)
    show_reasons(sheet, explanation.reasons)
    return sheet.text()


def _show_event(sheet: Page, explanation: Explanation) -> None:
    event = explanation.event
    if event is None:
        return
    sheet.blank()
    sheet.line(("The event", "bold"))
    show_event(sheet, event, 2)
    kind = f"{event.provider or 'provider unknown'} event {event.event_id or 'unknown'}"
    if event.object:
        kind += f", {event.object}"
    sheet.labelled("kind", evidence(kind, "dim"), indent=2, label_width=9)
    if event.id:
        sheet.labelled("id", evidence(event.id, "dim"), indent=2, label_width=9)
    for remark in explanation.event_remarks:
        sheet.line(("! ", "bold yellow"), " ", evidence(remark), indent=2, hang=5)


def _show_analytic(sheet: Page, analytic: AnalyticExplained, explanation: Explanation) -> None:
    show_about(sheet, analytic.about)
    asked = explanation.event is not None
    if not asked:
        for diagnostic in analytic.about.diagnostics:
            show_diagnostic(sheet, diagnostic, 2)
    told = Told()
    for one in analytic.implementations:
        sheet.blank()
        if asked and one.answer is not None:
            show_answer(sheet, one, one.answer, 2)
            continue
        line, _ = one.code.position(0)
        place = (f", line {line}", "dim")
        sheet.line(evidence(named(one.name, one.language), "bold"), place, indent=2)
        if not one.parsed:
            sheet.line(("cannot be run", "bold red"), indent=4)
            for diagnostic in one.diagnostics:
                show_diagnostic(sheet, diagnostic, 6)
            continue
        _show_implementation(sheet, one, told, 4)


def _show_implementation(sheet: Page, one: ImplementationExplained, told: Told, indent: int) -> None:
    show_numbered(sheet, one.code, one.clauses, indent)
    sheet.blank()

    def detail(label: str, *parts: Part) -> None:
        sheet.labelled(label, *parts, indent=indent, label_width=_LABEL)

    for reads in one.reads:
        detail("reads" if reads.role == "main" else "baseline", _events(reads))
    if not one.windows:
        detail("window", "all time")
    for window in one.windows:
        stated = next((each.written for each in one.reads if each.role == window.role), (None, None))
        as_written = evidence(f" ({stated[0] or 'the beginning'} to {stated[1] or 'now'})", "dim")
        label = "window" if window.role == "main" else "baseline"
        detail(label, window_text(window), as_written, (f", line {window.line}", "dim"))
    tested = [_field(field) for field in one.fields if field.tested]
    shown = [_field(field) for field in one.fields if not field.tested]
    detail("tests", evidence(", ".join(tested) or "no field"))
    if shown:
        detail("also uses", evidence(", ".join(shown)))
    if one.needs:
        needs = evidence(" and ".join(need.names.replace(", ", " or ") for need in one.needs))
        detail("needs", needs, (": a file without is not judged", "dim"))
    detail("literals", *_literals(one))
    detail("plan")
    for line in one.plan:
        number = one.number_of(line.span)
        mark = (
            f"[{number}] "
            if number is not None and not line.text.startswith(("filter", "all", "any"))
            else ""
        )
        depth = indent + 2 + 2 * line.depth
        text, rules = _rules(line.text)
        sheet.line((mark, "cyan"), evidence(text), evidence(rules, "dim"), indent=depth, hang=depth + 4)
    _show_lake(sheet, one, indent)
    sheet.blank()
    for diagnostic in one.diagnostics:
        if diagnostic.position() is not None:
            show_diagnostic(sheet, diagnostic, indent)
        else:
            show_once(sheet, diagnostic, told, indent)
    for known in one.discrepancies:
        severity: Severity = "warning" if known.headline else "note"
        show_once(sheet, Diagnostic(known.code, known.message, severity), told, indent)


def _show_lake(sheet: Page, one: ImplementationExplained, indent: int) -> None:
    if one.lake is None:
        return
    said = ("a search runs so; a hunt takes the scans alone, and remembers what they found", "dim")
    sheet.labelled("lake", said, indent=indent, label_width=_LABEL)
    for part in one.lake:
        _show_lake_part(sheet, part, indent + 2)


def _show_lake_part(sheet: Page, part: LakePart, indent: int) -> None:
    text, _ = _rules(part.text)
    filtered = "" if part.role is None else ", with its filters"
    sheet.labelled(_ENGINES[part.engine], evidence(text + filtered), indent=indent, label_width=_ENGINE)
    beside = indent + _ENGINE
    for reason in part.reasons:
        sheet.line(evidence(f"because {reason}", "dim"), indent=beside, hang=beside + 2)
    if part.row_groups_by:
        literals = " or ".join(part.row_groups_by)
        said = f"passes over row groups without {literals}"
        sheet.line(evidence(said, "dim"), indent=beside, hang=beside + 2)


def _rules(line: str) -> tuple[str, str]:
    at = line.rfind("  [")
    return (line[:at], line[at:]) if at >= 0 else (line, "")


def _events(reads: Reads) -> Text:
    names = "CAR's names" if reads.view == "car" else "native names"
    return evidence(events_text(reads)).append(f"; {names}", "dim")


def _field(read: FieldRead) -> str:
    alias = NATIVE_ALIASES.get(read.field.name) if read.field.view == "native" else None
    return read.field.name if alias is None else f"{read.field.name} (else {alias.field})"


def _literals(one: ImplementationExplained) -> list[Part]:
    if one.literals is None or isinstance(one.literals, NoOpinion):
        reason = one.literals.reason if one.literals else ""
        return ["no opinion", evidence(f": {reason}", "dim")]
    groups = [group[0] if len(group) == 1 else f"one of {', '.join(group)}" for group in one.literals.groups]
    return ["every match holds ", evidence("; and ".join(groups), "bold")]
