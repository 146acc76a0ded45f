"""A page of text lines, folded to a width; the only place where rich turns text into characters."""

import io
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from carhound.outputs.escape import pieces

Part = str | tuple[str, str] | Text
"""Text of ours (with a style), or a finished Text. Evidence comes in through `evidence` only."""

NARROWEST = 40


def evidence(text: str, style: str = "") -> Text:
    """Text that somebody else wrote: nothing in it is interpreted, and what cannot be seen stands out."""
    shown = Text(style=style)
    for piece, is_code in pieces(text):
        shown.append(piece, "reverse" if is_code else "")
    return shown


class Page:
    """Collects lines; `text()` gives them all."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = max(width, NARROWEST)
        self._colour = colour
        self._buffer = io.StringIO()
        self._console = Console(
            file=self._buffer,
            width=self.width,
            force_terminal=colour,
            color_system="standard" if colour else None,
            no_color=not colour,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
        )
        self._blank_due = False

    def line(self, *parts: Part, indent: int = 0, hang: int | None = None) -> None:
        """One line, folded where it is too long; further lines start at `hang` (default: two further in).

        Folding prefers blanks and never drops a character that can be seen.
        """
        hang = indent + 2 if hang is None else hang
        room = max(self.width - max(indent, hang), NARROWEST // 2)
        for at, folded in enumerate(Text.assemble(*parts).wrap(self._console, room, overflow="fold")):
            folded.rstrip()
            self._print(Text(" " * (hang if at else indent)) + folded)

    def labelled(self, label: str, *parts: Part, indent: int, label_width: int, style: str = "dim") -> None:
        """A line after a label; folded lines start under the text, not under the label."""
        self.line(
            (label.ljust(label_width), style), *parts, indent=indent, hang=indent + cell_len(label.ljust(label_width))
        )

    def grid(
        self, header: Sequence[str], rows: Sequence[Sequence[Part]], *, indent: int, numeric: frozenset[int]
    ) -> None:
        """Cells of one line each in aligned columns; columns in `numeric` are flush right."""
        texts = [[Text.assemble(cell) for cell in row] for row in rows]
        heads = [Text(name, "dim") for name in header]
        widths = [max(text.cell_len for text in column) for column in zip(heads, *texts, strict=True)]
        for row in [heads, *texts]:
            cells: list[Part] = []
            for at, (text, width) in enumerate(zip(row, widths, strict=True)):
                gap = " " * (width - text.cell_len)
                cells += [gap, text] if at in numeric else [text, gap]
                cells.append("  ")
            self.line(*cells, indent=indent)

    def blank(self) -> None:
        """An empty line before whatever follows; several in a row are one."""
        self._blank_due = self._buffer.tell() > 0

    def text(self) -> str:
        """All lines so far, each ending in a line break."""
        return self._buffer.getvalue()

    def _print(self, line: Text) -> None:
        if self._blank_due:
            self._buffer.write("\n")
            self._blank_due = False
        line.rstrip()
        self._console.print(line, soft_wrap=True)
