"""`check`: analytics with their test files to a run of checks."""

import os
from collections.abc import Iterator

from msgspec import Struct, field

from carhound import VERSION
from carhound.analytics.analytic import Analytic
from carhound.analytics.load import load, packaged
from carhound.analytics.suite import Case, Suite
from carhound.analytics.suite_files import SuiteFile, analytic_of, is_suite, suites_beside
from carhound.analytics.suite_yaml import read_suite
from carhound.errors import CarhoundError, UsageError
from carhound.findings.checks import AnalyticChecks, CaseResult, CheckRun, NotRun
from carhound.pipeline.checking.case_cells import cells
from carhound.pipeline.checking.case_evidence import describe
from carhound.pipeline.checking.case_run import JudgedCase, run_case
from carhound.pipeline.checking.clause_checks import ClauseChecks
from carhound.pipeline.implementations import prepare


class _Subject(Struct):
    """An analytic and the test files to run for it."""

    analytic: Analytic
    files: dict[str, SuiteFile] = field(default_factory=dict)
    """By path."""


class _Found(Struct):
    """What the references lead to."""

    subjects: dict[str, _Subject] = field(default_factory=dict)
    """By path of the document."""
    untested: list[str] = field(default_factory=list)
    problems: list[CarhoundError] = field(default_factory=list)

    def add(self, analytic: Analytic, files: list[SuiteFile]) -> None:
        subject = self.subjects.setdefault(analytic.source.path, _Subject(analytic))
        subject.files.update((file.document.path, file) for file in files)


def check(references: tuple[str, ...], command: tuple[str, ...] = ()) -> CheckRun:
    """Runs the test files of analytics; no references stand for all that come with carhound.

    A reference is an analytic (a document, a folder of them, a bundled id) or a test file. Raises
    CarhoundError where nothing could be run.
    """
    found = _Found()
    for reference in references or packaged():
        _find(reference, found, named=bool(references))
    results = []
    for subject in found.subjects.values():
        try:
            results.append(_check(subject))
        except CarhoundError as problem:
            found.problems.append(problem)
    if not results:
        if found.problems:
            raise found.problems[0]
        raise UsageError(
            "no analytic there has a test file",
            hint="write ID.tests.yaml beside ID.yaml, as docs/reference/analytic-tests.md describes",
        )
    problems = tuple(_line(problem) for problem in found.problems)
    return CheckRun(command, VERSION, tuple(results), tuple(found.untested), problems)


def _find(reference: str, found: _Found, *, named: bool) -> None:
    if is_suite(reference) and os.path.isfile(reference):
        analytic, file = analytic_of(reference)
        found.add(analytic, [file])
        return
    loaded = load(reference)
    found.problems += loaded.problems
    for analytic in loaded.analytics:
        files = suites_beside(analytic)
        if files:
            found.add(analytic, files)
        elif named and not os.path.isdir(reference):
            raise UsageError(
                f"{analytic.source.path}: no test file lies beside it",
                hint=f"write {analytic.id}.tests.yaml, as docs/reference/analytic-tests.md describes",
            )
        else:
            found.untested.append(analytic.source.path)


def _check(subject: _Subject) -> AnalyticChecks:
    analytic = subject.analytic
    clauses = ClauseChecks()
    results = []
    suites = [read_suite(file, analytic) for file in subject.files.values()]
    for suite, case in _cases(suites):
        judged = run_case(analytic, suite, case)
        clauses.add(judged)
        results.append(_result(judged))
    not_run = [
        NotRun(one.implementation.name, "; ".join(remark.message for remark in one.diagnostics))
        for one in prepare(analytic, "published").implementations
        if one.plan is None
    ]
    return AnalyticChecks(
        analytic.id,
        analytic.title,
        analytic.source.path,
        tuple(" ".join(text.split()) for text in analytic.unit_tests),
        tuple(suite.claim for suite in suites if suite.claim),
        tuple(subject.files),
        tuple((one.name, one.language) for one in analytic.implementations),
        tuple(results),
        clauses.reports(),
        tuple(not_run),
    )


def _cases(suites: list[Suite]) -> Iterator[tuple[Suite, Case]]:
    """The cases of all files, in order."""
    for suite in suites:
        for case in suite.cases:
            yield suite, case


def _result(judged: JudgedCase) -> CaseResult:
    case = judged.case
    return CaseResult(
        case.name,
        case.title,
        case.about,
        judged.suite.path,
        case.line,
        describe(case),
        judged.reading.events,
        judged.now,
        case.tz,
        case.reading,
        case.backfill,
        case.claimed,
        cells(judged),
        judged.problems,
    )


def _line(problem: CarhoundError) -> str:
    first = problem.message.splitlines()[0] if problem.message else type(problem).__name__
    return f"{first} ({problem.hint})" if problem.hint else first
