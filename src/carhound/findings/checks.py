"""What the tests of analytics gave: cases, verdicts with reasons, clauses. Outputs render it.

Mirrors the JSON shape `carhound.tests/1` (outputs/schema/tests-1.json), which is the contract for machines.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

Said = Literal["hit", "quiet", "not-judged", "not-evaluated"]


class Place(Struct, frozen=True):
    """A clause of an implementation's text, and where it stands."""

    text: str
    line: int | None
    column: int | None


class Reason(Struct, frozen=True):
    """Why an implementation said what it said of an event, or of all."""

    message: str
    """For people: "fails ParentImage="*regsvr32.exe", met C:\\Windows\\explorer.exe"."""
    clause: Place | None = None
    value: str | None = None
    """What the clause met; None where the field is missing or the clause looks at no single field."""
    record: str | None = None


class Cell(Struct, frozen=True):
    """What one implementation said of one case."""

    implementation: str
    said: Said
    expected: str | None
    """For people: "hit", "quiet", "records 1, 3"; None where nothing is expected."""
    matched: tuple[str, ...]
    """Records of the events in its result, in the order of the evidence."""
    as_expected: bool | None
    """None where nothing is expected, or where it could not be told."""
    reasons: tuple[Reason, ...] = ()

    @property
    def untold(self) -> bool:
        """Whether something is expected and it could not be told whether it holds."""
        return self.expected is not None and self.as_expected is None


class CaseResult(Struct, frozen=True):
    """One case and what every implementation said of it."""

    name: str
    title: str
    """The name, with how it was run where that is not as usual."""
    about: str
    file: str
    line: int
    evidence: str
    """For people: "2 inline events", "data sample.evtx", "scenario atomic-1"."""
    events: int
    now: datetime | None
    """None where the case could not be run."""
    tz: str
    reading: str
    backfill: bool
    claimed: bool
    cells: tuple[Cell, ...]
    problems: tuple[str, ...] = ()
    """What could not be read or judged."""

    @property
    def fulfils_claim(self) -> bool | None:
        """Whether some implementation matched; None where that could not be told."""
        if any(cell.said == "hit" for cell in self.cells):
            return True
        if self.problems or not self.cells or any(cell.said.startswith("not") for cell in self.cells):
            return None
        return False


class ClauseReport(Struct, frozen=True):
    """One clause, and whether a mutant of a hit turns it."""

    clause: Place
    branch: bool
    """Whether it is a branch of an OR."""
    turned: bool
    change: str | None
    """The change that turns it: "ParentImage in another folder"; empty for the hit as it is."""
    case: str | None
    """Where the hit is from."""
    covered_by: Place | None = None
    """For one that nothing turns: the clause beside it that says the same wherever this one decides."""


class Clauses(Struct, frozen=True):
    """The clauses of one implementation."""

    implementation: str
    hits: int
    mutants: int
    clauses: tuple[ClauseReport, ...]

    @property
    def unturned(self) -> tuple[ClauseReport, ...]:
        """Those that no mutant turns."""
        return tuple(one for one in self.clauses if not one.turned)


class NotRun(Struct, frozen=True):
    """An implementation that could not be evaluated, and why."""

    implementation: str
    why: str


class AnalyticChecks(Struct, frozen=True):
    """One analytic with its test files."""

    id: str
    title: str
    path: str
    unit_tests: tuple[str, ...]
    """As published, for people to hold against the cases."""
    claims: tuple[str, ...]
    """What the test files say that these promise of the claimed cases."""
    files: tuple[str, ...]
    implementations: tuple[tuple[str, str], ...]
    """(name, language) pairs in the order of the document."""
    cases: tuple[CaseResult, ...]
    clauses: tuple[Clauses, ...]
    not_run: tuple[NotRun, ...] = ()

    def cells(self) -> Iterator[Cell]:
        """Every cell of every case."""
        for case in self.cases:
            yield from case.cells

    @property
    def claimed(self) -> tuple[CaseResult, ...]:
        """The cases that the published unit test says trigger the analytic."""
        return tuple(case for case in self.cases if case.claimed)


class CheckRun(Struct, frozen=True):
    """One run of `carhound test`."""

    command: tuple[str, ...]
    version: str
    analytics: tuple[AnalyticChecks, ...]
    untested: tuple[str, ...] = ()
    """Documents met in folders that have no test file."""
    problems: tuple[str, ...] = ()
    """Documents and test files that could not be read."""

    @property
    def failed(self) -> int:
        """How many expectations do not hold."""
        return sum(cell.as_expected is False for one in self.analytics for cell in one.cells())

    @property
    def held(self) -> int:
        """How many expectations hold."""
        return sum(cell.as_expected is True for one in self.analytics for cell in one.cells())

    @property
    def untold(self) -> int:
        """How many expectations could not be told."""
        return sum(cell.untold for one in self.analytics for cell in one.cells())

    @property
    def partial(self) -> bool:
        """Whether something that should have been evaluated was not."""
        problems = any(case.problems for one in self.analytics for case in one.cases)
        return problems or self.untold > 0

    @property
    def exit_status(self) -> int:
        """2 something cannot be read, 1 an expectation fails, 4 something was not evaluated, 0 all hold."""
        if self.problems:
            return 2
        if self.failed:
            return 1
        return 4 if self.partial else 0
