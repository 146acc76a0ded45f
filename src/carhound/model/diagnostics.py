"""What carhound has to say about a text or a run: a code, a place, a message, one hint.

Every code that exists is documented in docs/reference/diagnostics.md.
"""

from typing import Literal

from msgspec import Struct

from carhound.errors import CarhoundError

Severity = Literal["error", "warning", "note"]


class Source(Struct, frozen=True):
    """A text to be parsed, and where it stands."""

    text: str
    name: str
    """The file, or a word in angle brackets for a text that came without one."""
    line: int = 1
    """Line of the file on which the text starts."""
    indent: int = 0
    """Characters that stand before every line of the text in the file."""

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column (both from 1) in the file of the character at `offset`."""
        before = self.text[:offset]
        start = before.rfind("\n") + 1
        return self.line + before.count("\n"), self.indent + offset - start + 1

    def line_at(self, offset: int) -> tuple[str, int]:
        """The whole line of text around `offset`, and the offset at which it starts."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        return self.text[start : end if end >= 0 else len(self.text)], start


class Span(Struct, frozen=True):
    """Half-open range of offsets into `Source.text`."""

    start: int
    end: int

    def to(self, other: "Span") -> "Span":
        """The span from the start of this one to the end of `other`."""
        return Span(self.start, max(self.end, other.end))


class Diagnostic(Struct, frozen=True):
    """One numbered remark, shown with the result it belongs to."""

    code: str
    message: str
    severity: Severity = "warning"
    span: Span | None = None
    source: Source | None = None
    hint: str | None = None
    count: int | None = None
    """Number of distinct events affected, where that can be told."""

    def position(self) -> tuple[int, int] | None:
        """Line and column (from 1) in the file, or None where the remark has no place in a text."""
        if self.source is None or self.span is None:
            return None
        return self.source.position(self.span.start)

    def end(self) -> tuple[int, int] | None:
        """Line and column (from 1) right after the last character meant, or None likewise."""
        if self.source is None or self.span is None:
            return None
        return self.source.position(self.span.end)

    def render(self) -> str:
        """The remark for people: place, code, message, the source line with carets under it, the hint."""
        head = f"{self.code}: {self.message}"
        if self.source is None or self.span is None:
            return head + (f"\n  hint: {self.hint}" if self.hint else "")
        line, column = self.source.position(self.span.start)
        text, start = self.source.line_at(self.span.start)
        at = self.span.start - start
        width = max(1, min(self.span.end, start + len(text)) - self.span.start)
        shown = text.replace("\t", " ")
        lines = [f"{self.source.name}:{line}:{column}: {head}", f"  {shown}", f"  {' ' * at}{'^' * width}"]
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


class LanguageError(CarhoundError):
    """An analytic's text that cannot be parsed, or asks for what is not supported."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.render())
        self.diagnostic = diagnostic
