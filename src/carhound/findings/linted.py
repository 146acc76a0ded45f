"""What `lint` found: remarks on analytic documents, for people, programs and CI systems.

Outputs render it; its JSON shape `carhound.lint/1` (outputs/schema/lint-1.json) is for machines.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from carhound.model.diagnostics import Diagnostic, Severity, Source

FailOn = Literal["error", "warning", "note", "never"]

_RANK: dict[FailOn, int] = {"note": 0, "warning": 1, "error": 2, "never": 3}


class Witness(Struct, frozen=True):
    """An event on which twins differ."""

    fields: tuple[tuple[str, str | None], ...]
    """The native fields that either looks at; None for one that is missing."""
    found_by: str
    """The name of the implementation that matches it; the other does not."""


class Remark(Struct, frozen=True):
    """One remark; its diagnostic holds the code, the message, the place and what to do."""

    diagnostic: Diagnostic
    implementation: str | None = None
    """None where it is about the document as a whole."""
    witness: Witness | None = None

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return self.diagnostic.severity


class LintedImplementation(Struct, frozen=True):
    """One implementation and what there is to say about it."""

    name: str
    language: str
    code: Source
    checked: bool
    """Whether it could be read at all."""
    remarks: tuple[Remark, ...]


class LintedAnalytic(Struct, frozen=True):
    """One document; `remarks` are those about no single implementation."""

    id: str
    title: str
    path: str
    remarks: tuple[Remark, ...]
    implementations: tuple[LintedImplementation, ...]

    def all_remarks(self) -> Iterator[Remark]:
        """Every remark, those about the whole document first."""
        yield from self.remarks
        for one in self.implementations:
            yield from one.remarks


class LintRun(Struct, frozen=True):
    """The answer to one `carhound lint`."""

    version: str
    analytics: tuple[LintedAnalytic, ...]
    passed_over: tuple[str, ...]
    """Files met in a folder that are no analytics."""
    reasons: tuple[str, ...]
    """What could not be read."""
    fail_on: FailOn

    def counts(self) -> dict[Severity, int]:
        """The number of remarks of each severity."""
        every = [one.severity for analytic in self.analytics for one in analytic.all_remarks()]
        levels: tuple[Severity, ...] = ("error", "warning", "note")
        return {level: every.count(level) for level in levels}

    @property
    def exit_status(self) -> int:
        """1 where a remark is as severe as asked for, else 4 where something could not be read, else 0."""
        counts = self.counts()
        if any(counts[level] for level in counts if _RANK[level] >= _RANK[self.fail_on]):
            return 1
        return 4 if self.reasons else 0
