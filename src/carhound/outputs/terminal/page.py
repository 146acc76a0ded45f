"""A page of text lines, folded to a width; the only place where rich turns text into characters."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.text import Text

from carhound.outputs.escape import pieces

if TYPE_CHECKING:  # a page without colour needs none, and it costs a start 10 ms
    from rich.console import Console

Part = str | tuple[str, str] | Text
"""Text of ours (with a style), or a finished Text. Evidence comes in through `evidence` only."""

NARROWEST = 60
"""Columns below which a page does not shrink: labels and carets need room."""


_ANY_CONSOLE: Any = None
"""Folding asks none: nothing is justified."""

_LONGEST = 40_000
"""Characters of one text that are shown; a command line of Windows has at most 32,767."""


def evidence(text: str, style: str = "") -> Text:
    """Text that somebody else wrote: nothing in it is interpreted, and what cannot be seen stands out."""
    shown = Text(style=style)
    for piece, is_code in pieces(text[:_LONGEST]):
        shown.append(piece, "reverse" if is_code else "")
    if len(text) > _LONGEST:
        shown.append(f" … and {len(text) - _LONGEST:,} more characters (--format json has them)", "dim")
    return shown


class Page:
    """Collects lines; `text()` gives them all."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = max(width, NARROWEST)
        self._buffer = io.StringIO()
        self._console = _console(self._buffer, self.width) if colour else None
        self._blank_due = False

    def line(self, *parts: Part, indent: int = 0, hang: int | None = None) -> None:
        """One line, folded where it is too long; further lines start at `hang` (default: two further in)."""
        hang = indent + 2 if hang is None else hang
        text = Text.assemble(*parts)
        fits = indent + text.cell_len <= self.width
        for at, folded in enumerate(self.folded(text, self._room(indent if fits else max(indent, hang)))):
            self._print(Text(" " * (hang if at else indent)) + folded)

    def labelled(self, label: str, *parts: Part, indent: int, label_width: int, style: str = "dim") -> None:
        """A line after a label; folded lines start under the text, not under the label."""
        start = indent + label_width
        for at, folded in enumerate(self.folded(Text.assemble(*parts), self._room(start))):
            head = (
                Text(" " * label_width) if at else Text(label + " " * (label_width - cell_len(label)), style)
            )
            self._print(Text(" " * indent) + head + folded)

    def folded(self, text: Text, width: int) -> list[Text]:
        """The text in lines of at most `width` columns, cut at blanks where possible; only blanks go."""
        lines = list(text.wrap(_ANY_CONSOLE, width, overflow="fold"))
        for line in lines:
            line.rstrip()
        return lines

    def grid(
        self, header: Sequence[str], rows: Sequence[Sequence[Part]], *, indent: int, numeric: frozenset[int]
    ) -> list[Text] | None:
        """The header and the rows as lines of aligned columns, those in `numeric` flush right.

        None where they do not fit beside `indent`.
        """
        texts = [[Text(name, "dim") for name in header]]
        texts += [[Text.assemble(cell) for cell in row] for row in rows]
        widths = [max(text.cell_len for text in column) for column in zip(*texts, strict=True)]
        if indent + sum(widths) + 2 * (len(widths) - 1) > self.width:
            return None
        lines = []
        for row in texts:
            line = Text()
            for at, (text, width) in enumerate(zip(row, widths, strict=True)):
                gap = Text(" " * (width - text.cell_len))
                line.append_text(gap + text if at in numeric else text + gap).append("  ")
            line.rstrip()
            lines.append(line)
        return lines

    def blank(self) -> None:
        """An empty line before whatever follows; several in a row are one."""
        self._blank_due = self._buffer.tell() > 0

    def text(self) -> str:
        """All lines so far, each ending in a line break."""
        return self._buffer.getvalue()

    def _room(self, indent: int) -> int:
        return max(self.width - indent, NARROWEST // 3)

    def _print(self, line: Text) -> None:
        if self._blank_due:
            self._buffer.write("\n")
            self._blank_due = False
        line.rstrip()
        if self._console is None:
            self._buffer.write(line.plain + "\n")
        else:
            self._console.print(line, soft_wrap=True)


def _console(buffer: io.StringIO, width: int) -> "Console":
    from rich.console import Console

    return Console(
        file=buffer,
        width=width,
        force_terminal=True,
        color_system="standard",
        no_color=False,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
