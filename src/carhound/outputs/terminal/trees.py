"""Trees of processes for people: each process below the one that started it, with what it did."""

from rich.text import Text

from carhound.findings.lineage.tree import Deed, Process, Tree
from carhound.findings.lineage.trees import Trees
from carhound.findings.run import Finding
from carhound.model.folding import fold
from carhound.model.names import base_name
from carhound.outputs.terminal.about import show_status
from carhound.outputs.terminal.page import Page, Part, evidence
from carhound.outputs.wording import count, moment

UNKNOWN = "unknown parent"
_CHAIN = 8
"""Processes of an ancestry in one line."""
_LABEL = 9


def page(trees: Trees, *, width: int, colour: bool = False) -> str:
    """The whole page; without colour it holds no control character but the line break."""
    sheet = Page(width, colour=colour)
    if not trees.findings:
        sheet.line("nothing found, and so no tree")
    for finding in trees.findings:
        _show_finding(sheet, finding)
    for remark in trees.remarks:
        sheet.blank()
        sheet.line(("! ", "bold yellow"), " ", evidence(remark), hang=3)
    show_status(sheet, trees.status, trees.reasons)
    return sheet.text()


def ancestry(tree: Tree) -> Text | None:
    """The way from the root to the process of a finding in one line; None where parent and child are all."""
    line = _way(tree)
    if len(line) < 3:
        return None
    shown = Text("… → " if tree.cut or len(line) > _CHAIN else "")
    for number, process in enumerate(line[-_CHAIN:]):
        shown.append(" → " if number else "").append_text(_name(process))
        if not process.logged:
            shown.append(" (start not logged)", "dim")
    return shown


def _way(tree: Tree) -> list[Process]:
    line = [tree.root]
    for position in tree.focus:
        line.append(line[-1].children[position])
    return line


def _show_finding(sheet: Page, finding: Finding) -> None:
    sheet.blank()
    head: list[Part] = [evidence(f"{finding.analytic}  {finding.id}  ", "bold")] if finding.id else []
    head += [(moment(finding.time), "bold"), "  ", evidence(finding.computer or "computer unknown", "bold")]
    if not finding.id:
        head += ["  ", evidence(finding.object or f"event {finding.event_id or 'unknown'}")]
    sheet.line(*head)
    if finding.tree is None:
        sheet.line("the event tells of no process", indent=2)
        return
    if finding.tree.cut:
        sheet.line(("ancestors above are left out", "dim"), indent=2)
    mark = "<- the finding" if finding.id else "<- the event"
    _show_process(sheet, finding.tree.root, 1, finding.tree.focus, mark)


def _show_process(
    sheet: Page, process: Process, level: int, focus: tuple[int, ...], mark: str | None
) -> None:
    """A process and those below it; `mark` stands at the end of the way `focus`, None beside the way."""
    indent = 2 * level
    head: list[Part] = [evidence(process.image or "image unknown", "bold")]
    if process.true_name is not None:
        head += ["  ", ("really ", "bold yellow"), evidence(process.true_name, "bold yellow")]
    if mark is not None and not focus:
        head += ["  ", (mark, "bold red")]
    sheet.line(*head, indent=indent)
    inner = indent + 4

    def detail(label: str, *parts: Part) -> None:
        sheet.labelled(label, *parts, indent=inner, label_width=_LABEL)

    if not process.logged:
        sheet.line((f"{UNKNOWN} (its start was not logged)", "yellow"), indent=inner)
    detail("process", evidence(_about(process), "dim"))
    if process.command_line is not None:
        detail("command", evidence(process.command_line))
    for deed in process.deeds:
        detail(deed.kind, *_deed(deed))
    if process.deeds_left_out:
        sheet.line((f"and {count(process.deeds_left_out, 'more deed')}", "dim"), indent=inner)
    for position, child in enumerate(process.children):
        ahead = bool(focus) and focus[0] == position
        _show_process(sheet, child, level + 1, focus[1:] if ahead else (), mark if ahead else None)
    if process.children_left_out:
        more = count(process.children_left_out, "more child", "more children")
        sheet.line((f"and {more}", "dim"), indent=indent + 2)


def _about(process: Process) -> str:
    said = [f"pid {process.pid}" if process.pid is not None else "pid unknown"]
    if process.user is not None:
        said.append(process.user)
    if process.started is not None:
        said.append(f"started {moment(process.started)}")
    if process.ended is not None:
        said.append(f"ended {moment(process.ended)}")
    return ", ".join(said)


def _deed(deed: Deed) -> list[Part]:
    shown: list[Part] = [evidence(deed.what, "bold yellow" if deed.suspicious else "")]
    if deed.detail:
        shown += ["  ", evidence(deed.detail, "yellow" if deed.suspicious else "dim")]
    return [("! ", "bold yellow"), *shown] if deed.suspicious else shown


def _name(process: Process) -> Text:
    name = base_name(process.image) if process.image else "image unknown"
    shown = evidence(name)
    if process.true_name is not None and fold(name) != process.true_name:
        shown.append(" (").append_text(evidence(process.true_name, "bold yellow")).append(")")
    return shown
