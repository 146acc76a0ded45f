"""What there is to say about a program: remarks gathered while it is read, and errors that end the reading.

Two ways of reading: `dialect` takes the alternative spellings that published programs use and notes each;
`strict` refuses them. Neither mends a program that is broken: that is an error with a hint.
"""

from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from carhound.model.diagnostics import Diagnostic, LanguageError, Severity, Source, Span

Mode = Literal["strict", "dialect"]


def failure(source: Source, code: str, message: str, span: Span, hint: str) -> LanguageError:
    """The error to raise."""
    return LanguageError(Diagnostic(code, message, "error", span, source, hint))


class Remarks(Struct):
    """Gathers the remarks on one program."""

    source: Source
    mode: Mode = "dialect"
    _gathered: dict[tuple[str, str], tuple[Diagnostic, set[int]]] = field(default_factory=dict)

    def fail(self, code: str, message: str, span: Span, hint: str) -> LanguageError:
        """The error to raise."""
        return failure(self.source, code, message, span, hint)

    def reading(self, code: str, what: str, meaning: str, span: Span, hint: str) -> None:
        """Notes that `what` was read as `meaning`; in strict mode raises LanguageError."""
        if self.mode == "strict":
            raise self.fail(code, f"{what} is not strict pseudocode", span, hint)
        self.note(code, f"{what} read as {meaning}", span, hint)

    def bare_value(self, span: Span) -> None:
        """Notes a value without quotes; in strict mode raises LanguageError."""
        self.reading("PS-D2", "a value without quotes", "text", span, "put it in quotes")

    def note(self, code: str, message: str, span: Span, hint: str, severity: Severity = "note") -> None:
        """Notes something that is no error in any mode. The same remark is made once, at its first place."""
        first, places = self._gathered.setdefault(
            (code, message), (Diagnostic(code, message, severity, span, self.source, hint), set())
        )
        places.add(span.start)
        if first.span is not None and span.start < first.span.start:
            self._gathered[code, message] = (replace(first, span=span), places)

    def gathered(self) -> tuple[Diagnostic, ...]:
        """The remarks in the order of the text."""
        found = [
            replace(first, message=f"{first.message} (in {len(places)} places)") if len(places) > 1 else first
            for first, places in self._gathered.values()
        ]
        return tuple(sorted(found, key=lambda remark: (remark.span.start if remark.span else 0, remark.code)))
