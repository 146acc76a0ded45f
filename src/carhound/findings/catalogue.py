"""The catalogue: analytic documents, what they say of themselves, and which of their texts can run."""

from msgspec import Struct

from carhound.findings.run import AnalyticResult
from carhound.model.diagnostics import Diagnostic


class CataloguedText(Struct, frozen=True):
    """One implementation."""

    name: str
    language: str
    line: int
    """Of the document, on which its text begins."""
    description: str
    why_not: Diagnostic | None
    """Why it cannot run; None where it can."""


class Catalogued(Struct, frozen=True):
    """One analytic document."""

    about: AnalyticResult
    description: str
    unit_tests: tuple[str, ...]
    implementations: tuple[CataloguedText, ...]
    discrepancies: int
    """Places known where a text and what it seems to mean differ."""
    bundled: bool


class Catalogue(Struct, frozen=True):
    """The answer to one `carhound analytics`."""

    version: str
    analytics: tuple[Catalogued, ...]
    single: bool
    """Whether one document was asked for, and is to be shown in full."""
    passed_over: tuple[str, ...]
    """Files of a folder that are no analytics."""
    reasons: tuple[str, ...]
    """What could not be read, and what cannot be run."""

    @property
    def exit_status(self) -> int:
        """4 where something could not be read or cannot be run, else 0."""
        return 4 if self.reasons else 0
