"""What stands at the top and at the end of the pages about analytics: the run, the document, the gaps."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from carhound.findings.run import AnalyticResult, RunInfo, Status
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.wording import count, moment

if TYPE_CHECKING:
    from carhound.findings.explanation import Reads

_LABEL = 10
_REASONS_SHOWN = 20


def show_head(sheet: Page, info: RunInfo) -> None:
    """How the command was run, in one line."""
    said = [
        f"carhound {info.version}",
        f"now is {moment(info.now)}, {info.now_from}",
        f"days in {info.tz}",
        f"{info.reading} reading",
    ]
    sheet.line(evidence("; ".join(said), "dim"), hang=0)


def show_about(sheet: Page, analytic: AnalyticResult) -> None:
    """The analytic's id, title and document."""
    sheet.blank()
    sheet.line(evidence(analytic.id, "bold"), "  ", evidence(analytic.title, "bold"))
    sheet.labelled("document", evidence(analytic.path), indent=0, label_width=_LABEL)


def events_text(reads: "Reads") -> str:
    """The events that a scan takes in, for example "Sysmon, event 1 or 7"."""
    named = {"everything": "every log", "mapped": "every mapped sensor", "sysmon": "Sysmon"}
    said = named.get(reads.dataset, f"the {reads.dataset} log")
    if reads.event_ids is not None:
        said += f", event {' or '.join(reads.event_ids)}"
    if reads.kinds is not None:
        said += f", {' or '.join(map('/'.join, reads.kinds))}"
    return said


def show_status(sheet: Page, status: Status, reasons: Sequence[str]) -> None:
    """Why not all could be judged; nothing where all was."""
    if status == "nothing-eligible":
        sheet.line((f"NOTHING ELIGIBLE: {reasons[0]}", "bold yellow"), hang=0)
    else:
        show_reasons(sheet, reasons)


def show_reasons(sheet: Page, reasons: Sequence[str]) -> None:
    """What could not be read or parsed; nothing where all could."""
    if not reasons:
        return
    sheet.blank()
    sheet.line(("PARTIAL: not all of it could be read and run", "bold yellow"), hang=0)
    for reason in reasons[:_REASONS_SHOWN]:
        sheet.labelled("-", evidence(reason.replace("\n", " ")), indent=2, label_width=2)
    if (more := len(reasons) - _REASONS_SHOWN) > 0:
        sheet.line(f"and {count(more, 'more reason')}: --format json lists them all", indent=2)
