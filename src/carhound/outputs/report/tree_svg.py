"""The processes around a finding as a drawing: each below the one that started it, what it did beside it."""

from collections.abc import Mapping

from carhound.findings.lineage.tree import Deed, Process, Tree
from carhound.outputs.report.drawing import CHARACTER, Box, Drawing, Label, cells, clipped
from carhound.outputs.wording import count, moment

_INDENT = 30
_LINE = 17
_PAD = 10
_GAP = 12
_COLUMNS = 100
"""Columns of the longest line."""
_DEEDS = {
    "module": "loads",
    "file": "writes",
    "registry": "registry",
    "network": "connects to",
    "dns": "looks up",
    "pipe": "pipe",
}


def tree_drawing(tree: Tree, numbers: Mapping[str, int]) -> Drawing:
    """The whole tree; `numbers` tells which finding has which number on the page, by id."""
    sheet = _Sheet(numbers)
    if tree.cut:
        sheet.line(4, "note", "earlier ancestors are left out")
    sheet.process(tree.root, 0, tree.focus, None)
    return Drawing(sheet.right + 4, sheet.y, tuple(sheet.boxes), tuple(sheet.paths), (), tuple(sheet.labels))


def outline(tree: Tree) -> str:
    """The way from the root to the process of the finding in words, for who cannot see the drawing."""
    names, process = [_name(tree.root)], tree.root
    for position in tree.focus:
        process = process.children[position]
        names.append(_name(process))
    return " started ".join(names)


class _Sheet:
    """Collects shapes from top to bottom."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self.numbers = numbers
        self.y = 4.0
        self.right = 0.0
        self.boxes: list[Box] = []
        self.paths: list[str] = []
        self.labels: list[Label] = []

    def process(
        self, process: Process, depth: int, focus: tuple[int, ...] | None, parent: tuple[float, float] | None
    ) -> None:
        """A process and all below it; `focus` is the rest of the way, None beside it."""
        left, top = 4.0 + depth * _INDENT, self.y
        lines = _lines(process, self.numbers)
        width = 2 * _PAD + max(cells(text) for _, text, _ in lines) * CHARACTER
        height = len(lines) * _LINE + _PAD
        kind = "focus" if focus == () else "found" if process.findings else "process"
        self.boxes.append(Box(left, top, width, height, kind if process.logged else f"{kind} unlogged"))
        for at, (style, text, title) in enumerate(lines):
            self.labels.append(Label(left + _PAD, top + 18 + at * _LINE, style, text, title))
        self.right = max(self.right, left + width)
        if parent is not None:
            self.paths.append(f"M{parent[0]:g} {parent[1]:g}V{top + height / 2:g}H{left:g}")
        self.y = top + height + 4
        for deed in process.deeds:
            self.deed(deed, left + _INDENT)
        if process.deeds_left_out:
            self.line(left + _INDENT, "note", f"and {count(process.deeds_left_out, 'more event')} of it")
        self.y += _GAP - 4
        knot = (left + _INDENT / 2, top + height)
        for at, child in enumerate(process.children):
            way = focus[1:] if focus and focus[0] == at else None
            self.process(child, depth + 1, way, knot)
        if process.children_left_out:
            self.line(
                left + _INDENT,
                "note",
                f"and {count(process.children_left_out, 'more process', 'more processes')}",
            )
            self.y += _GAP - 4

    def deed(self, deed: Deed, left: float) -> None:
        """One line: what was done, and what is odd about it."""
        detail = f" ({deed.detail})" if deed.detail else ""
        text = f"{_DEEDS[deed.kind]} {deed.what}{detail}"
        time = "" if deed.time is None else f"{moment(deed.time)}: "
        sign, kind = ("! ", "deed look") if deed.suspicious else ("· ", "deed")
        self.line(left, kind, sign + clipped(text, _COLUMNS - 10), f"{time}{text} [event {deed.event_id}]")

    def line(self, left: float, kind: str, text: str, title: str | None = None) -> None:
        """A line without a box."""
        self.labels.append(Label(left, self.y + 13, kind, text, title))
        self.right = max(self.right, left + cells(text) * CHARACTER)
        self.y += _LINE


def _name(process: Process) -> str:
    if process.image is None:
        return "an unknown process"
    return process.image.rpartition("\\")[2] or process.image


def _lines(process: Process, numbers: Mapping[str, int]) -> list[tuple[str, str, str | None]]:
    """(kind, text, whole text) of each line in the box of a process."""
    about = [] if process.pid is None else [f"pid {process.pid}"]
    about += [] if process.user is None else [process.user]
    about += [] if process.started is None else [moment(process.started)]
    here = [f"finding {numbers[one]}" for one in process.findings if one in numbers]
    known = [process.image or "image unknown", process.company, process.original_file_name, process.hashes]
    title = "; ".join(text for text in known if text)
    lines: list[tuple[str, str, str | None]] = [("name", clipped(_name(process), _COLUMNS), title)]
    if here:
        lines.append(("mark", clipped(", ".join(here), _COLUMNS), None))
    if process.true_name is not None:
        lines.append(("look", clipped(f"really {process.true_name}", _COLUMNS), None))
    if about:
        lines.append(("meta", clipped(" · ".join(about), _COLUMNS), None))
    if process.command_line is not None:
        lines.append(("command", clipped(process.command_line, _COLUMNS), process.command_line))
    if not process.logged:
        lines.append(("note", "its start was not logged", None))
    if process.ended is not None:
        lines.append(("meta", f"ended {moment(process.ended)}", None))
    return lines
