"""A place in the text of a search that moves forward; what every part of the SPL parser reads through."""

from collections.abc import Callable
from typing import Any, NoReturn

from msgspec import Struct, field

from carhound.model.diagnostics import Diagnostic, LanguageError, Severity, Source, Span

COMMENT = "```"


class Cursor(Struct):
    """Reads `source` from `at`. Commands are lexed differently, so there are no tokens before parsing."""

    source: Source
    at: int = 0
    remarks: list[Diagnostic] = field(default_factory=list)
    subsearch: "Callable[[Cursor], Any] | None" = None
    """Reads a search up to its closing bracket, for the command that is being read."""
    text: str = ""
    """The whole text."""

    def __post_init__(self) -> None:
        self.text = self.source.text

    def skip_blank(self) -> None:
        """Passes white space and comments (three backquotes on either side)."""
        text, at = self.text, self.at
        while (blank := text[at : at + 1].isspace()) or text.startswith(COMMENT, at):
            if blank:
                at += 1
                continue
            end = text.find(COMMENT, at + len(COMMENT))
            if end < 0:
                self.fail(
                    "SPL-P1", "this comment is never closed", self.span(at, at + 3), "close it with ```"
                )
            at = end + len(COMMENT)
        self.at = at

    def peek(self) -> str:
        """The next character that is not blank, "" at the end."""
        self.skip_blank()
        return self.text[self.at : self.at + 1]

    def ends(self) -> bool:
        """Whether the command ends here: at a pipe, at the end of a subsearch or of the text."""
        return self.peek() in ("", "|", "]")

    def take(self, literal: str) -> bool:
        """Passes `literal` if it comes next."""
        self.skip_blank()
        if not self.text.startswith(literal, self.at):
            return False
        self.at += len(literal)
        return True

    def expect(self, literal: str, hint: str) -> None:
        """Passes `literal` or fails."""
        if not self.take(literal):
            self.fail("SPL-P1", f"expected {literal!r} {self.found()}", self.here(), hint)

    def found(self) -> str:
        """What stands here instead, for an error message."""
        character = self.peek()
        return f"but found {character!r}" if character else "but the search ends"

    def here(self) -> Span:
        """The next character that is not blank, or the end of the text."""
        self.skip_blank()
        return self.span(self.at, self.at + 1)

    def read_subsearch(self, cursor: "Cursor") -> Any:
        """Passes a search up to its closing bracket."""
        if self.subsearch is None:
            raise TypeError("a command is read by the parser of searches")
        return self.subsearch(cursor)

    def span(self, start: int, end: int | None = None) -> Span:
        """From `start` to `end`, or to where the cursor is."""
        return Span(start, self.at if end is None else end)

    def fail(self, code: str, message: str, span: Span, hint: str | None = None) -> NoReturn:
        """Gives up on the search."""
        raise LanguageError(Diagnostic(code, message, "error", span, self.source, hint))

    def remark(
        self, code: str, message: str, span: Span, hint: str | None = None, severity: Severity = "warning"
    ) -> None:
        """Notes something about the text and goes on."""
        self.remarks.append(Diagnostic(code, message, severity, span, self.source, hint))
