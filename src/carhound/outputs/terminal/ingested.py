"""An ingest as a page for people: what is new, what was there already, what was not read."""

from carhound.findings.ingested import Ingested
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.terminal.reading import FILES_SHOWN, LABEL, show_left_out
from carhound.outputs.wording import count, moment, number, size

_REASONS_SHOWN = 20


def page(ingested: Ingested, *, width: int, colour: bool = False) -> str:
    """The whole page; without colour it holds no control character but the line break."""
    sheet = Page(width, colour=colour)
    sheet.line(evidence(f"lake {ingested.lake}", "dim"), hang=0)
    read = ingested.evidence.files
    total = size(sum(file.bytes or 0 for file in read))
    sheet.labelled("files", f"{count(len(read), 'file')}, {total}", indent=2, label_width=LABEL)
    if ingested.added:
        span = "without a time"
        if ingested.first is not None:
            span = f"from {moment(ingested.first)} to {moment(ingested.last)}"
        where = f"{count(len(ingested.days), 'day')}, {count(ingested.batches, 'commit')}"
        text = f"{count(ingested.added, 'event')} {span} ({where})"
        sheet.labelled("added", text, indent=2, label_width=LABEL)
    _show_repeats(sheet, ingested)
    show_left_out(sheet, ingested.evidence, 2)
    sheet.blank()
    style = "bold yellow" if ingested.reasons else "bold"
    sheet.line(evidence(_verdict(ingested), style), hang=0)
    for reason in ingested.reasons[:_REASONS_SHOWN]:
        sheet.labelled("-", evidence(reason), indent=2, label_width=2)
    if (more := len(ingested.reasons) - _REASONS_SHOWN) > 0:
        sheet.line(f"and {count(more, 'more reason')}: --format json lists them all", indent=2)
    return sheet.text()


def _show_repeats(sheet: Page, ingested: Ingested) -> None:
    repeating = [file for file in ingested.evidence.files if file.duplicates]
    if not repeating:
        return
    text = f"{count(ingested.repeats, 'event')} met before, in the lake or in what was read"
    sheet.labelled("repeats", text, indent=2, label_width=LABEL)
    for file in repeating[:FILES_SHOWN]:
        if file.duplicates == file.events:
            said = f"all {count(file.events, 'event')} of {file.path} were there already"
        else:
            said = f"{number(file.duplicates)} of the {count(file.events, 'event')} of {file.path}"
        sheet.line(evidence(said, "dim"), indent=2 + LABEL)
    if (more := len(repeating) - FILES_SHOWN) > 0:
        sheet.line(f"and {count(more, 'more file')}: --format json lists them all", indent=2 + LABEL)


def _verdict(ingested: Ingested) -> str:
    if ingested.added:
        said = f"{count(ingested.added, 'event')} added"
    elif ingested.repeats:
        said = f"nothing added: all {count(ingested.repeats, 'event')} were there already"
    else:
        said = "nothing added: there were no events"
    return said + ("; PARTIAL: part was not read" if ingested.reasons else "")
