"""`hunt` and `search`: from a request to a run."""

from collections.abc import Iterable, Sequence
from contextlib import closing

from msgspec.structs import replace

from carhound import VERSION
from carhound.analytics.analytic import Analytic, Implementation, of_text
from carhound.analytics.load import COMPANIONS, bundled, load
from carhound.errors import CarhoundError, DocumentError, UsageError
from carhound.findings.judging import as_events, as_rows
from carhound.findings.processes import Processes
from carhound.findings.run import Reading, Rows, Run, RunInfo
from carhound.findings.status import Gaps, judge_status
from carhound.languages.spl.compile import compile_spl
from carhound.languages.spl.definitions import NOTHING_DEFINED, Definitions
from carhound.model.diagnostics import Diagnostic, Source
from carhound.pipeline.files.over_files import from_files
from carhound.pipeline.gathered import Gathered
from carhound.pipeline.implementations import Prepared, Subject, asks_nothing, prepare_all
from carhound.pipeline.keys import compare_by, seen
from carhound.pipeline.novelty import read_days, tell_new
from carhound.pipeline.request import Clock, Progress, Request, read_clock
from carhound.pipeline.results import analytic_result, with_events


def hunt(request: Request, progress: Progress | None = None) -> Run:
    """Runs the analytics over the evidence. Raises CarhoundError for what makes a run impossible."""
    clock = read_clock(request)
    if request.suppress is None:
        return _hunt(request, clock, progress)
    from carhound.pipeline.alerting.suppressing import read_valid_suppressions, suppressed

    suppressions = read_valid_suppressions(request.suppress, clock.wall)
    return suppressed(_hunt(request, clock, progress), suppressions)


def _hunt(request: Request, clock: Clock, progress: Progress | None) -> Run:
    days = read_days(request)
    references = request.analytics or bundled()
    references += (COMPANIONS,) if request.companions else ()
    analytics, problems, passed_over = load_analytics(references)
    subjects = ready(analytics, request.reading, request.key, days, request.definitions.read())
    return _run(request, clock, subjects, progress, problems, passed_over)


def ready(
    analytics: Iterable[Analytic],
    reading: Reading,
    key: tuple[str, ...],
    days: int | None,
    definitions: Definitions = NOTHING_DEFINED,
) -> list[Subject]:
    """Analytics prepared for a run: with a key, and with `days` telling only what is new against so many."""
    subjects = prepare_all(tuple(analytics), reading, definitions)
    for subject in subjects:
        for one in subject.implementations:
            compare_by(one, key)
            if days is not None:
                tell_new(one, days)
    return subjects


def search(code: Source, request: Request, progress: Progress | None = None) -> Run:
    """Runs one SPL search over the evidence; its rows are `Run.results`. Raises CarhoundError."""
    clock = read_clock(request)
    compiled = compile_spl(code, request.definitions.read())
    prepared = Prepared(
        Implementation("search", "spl", "spl", "", None, code), compiled.plan, list(compiled.diagnostics)
    )
    analytic = of_text("search", code.name, prepared.implementation)
    return _run(request, clock, [Subject(analytic, [prepared])], progress, of=prepared)


def _run(
    request: Request,
    clock: Clock,
    subjects: list[Subject],
    progress: Progress | None,
    problems: Sequence[CarhoundError] = (),
    passed_over: tuple[str, ...] = (),
    of: Prepared | None = None,
) -> Run:
    with closing(_gather(request, clock, subjects, progress, searching=of is not None)) as gathered:
        return _told(request, gathered, subjects, problems, passed_over, of)


def _told(
    request: Request,
    gathered: Gathered,
    subjects: list[Subject],
    problems: Sequence[CarhoundError],
    passed_over: tuple[str, ...],
    of: Prepared | None,
) -> Run:
    reading, moment = gathered.reading, gathered.moment
    rows = _rows(of) if of is not None else None
    for subject in subjects if of is None else ():
        judged = [one.judgement for one in subject.implementations if one.judgement is not None]
        subject.processes = Processes(event for judgement in judged for event in judgement.events)
    told = gathered.matched if request.key or request.novel_over else None
    known = [(one, seen(one, gathered.sightings, moment.zone, told)) for one in subjects if of is None]
    if of is not None and of.plan is not None and of.judgement is not None and of.judgement.events:
        from carhound.pipeline.missing_fields import missing_fields

        of.diagnostics += missing_fields(of.plan, of.judgement.events)
    results = tuple(
        analytic_result(subject, reading, gathered.eligible, gathered.matched, finds=of is None)
        for subject in subjects
    )
    matches = [pair for subject, keys in known for pair in with_events(subject, reading, keys)]
    found = [finding for _, finding in matches]
    lacking: Diagnostic | None = None
    if matches and gathered.recall is not None:
        from carhound.pipeline.trees.lineage import with_trees

        found, lacking = with_trees(matches, gathered.recall)
    if lacking is not None:
        results = tuple(replace(one, diagnostics=(*one.diagnostics, lacking)) for one in results)
    evidence = reading.evidence(gathered.missing)
    gaps = Gaps(
        tuple(reading.explicit_not_evidence),
        tuple(str(problem) for problem in problems),
        reading.interrupted_at,
        reads_nothing=asks_nothing(subjects),
    )
    status, reasons = judge_status(evidence, results, gaps)
    names = {
        one.number: (subject.analytic.id, one.implementation.name)
        for subject in subjects
        for one in subject.implementations
        if one.number is not None
    }
    info = RunInfo(
        request.command,
        VERSION,
        gathered.engine,
        moment.now,
        gathered.now_from,
        request.tz,
        request.reading,
        request.backfill,
        passed_over,
        read_days(request),
        request.key,
    )
    hosts = gathered.hosts(names)
    ordered = tuple(found)
    if found:
        from carhound.pipeline.reasoned import reasoned  # the rules cost a start 5 ms

        ordered = reasoned(found, subjects, results, hosts)
    return Run(info, results, hosts, evidence, ordered, status, reasons, rows)


def _gather(
    request: Request, clock: Clock, subjects: list[Subject], progress: Progress | None, *, searching: bool
) -> Gathered:
    if request.lake is None:
        if request.catalog is not None:
            raise UsageError("--catalog names the catalogue of a lake", hint="name the lake with --lake")
        return from_files(request, clock, subjects, progress)
    # Loaded where they are used: a lake's libraries take a second.
    from carhound.pipeline.lakes.over_lake import from_lake, search_lake

    return search_lake(request, clock, subjects[0]) if searching else from_lake(request, clock, subjects)


def load_analytics(
    references: tuple[str, ...],
) -> tuple[list[Analytic], list[CarhoundError], tuple[str, ...]]:
    """The analytics named, each id once, what went wrong, and files that are no analytics.

    Raises DocumentError where nothing could be read.
    """
    by_id: dict[str, Analytic] = {}
    problems: list[CarhoundError] = []
    passed_over: list[str] = []
    for reference in references:
        loaded = load(reference)
        problems += loaded.problems
        passed_over += loaded.passed_over
        for analytic in loaded.analytics:
            first = by_id.setdefault(analytic.id, analytic)
            if first.source.sha256 != analytic.source.sha256:
                message = f"{analytic.source.path} says it is {analytic.id}, as {first.source.path} did"
                problems.append(DocumentError(message, hint="the first one was run; run the other by itself"))
    if not by_id:
        if len(problems) == 1:
            raise problems[0]
        raise DocumentError(
            "no analytic could be read: " + "; ".join(problem.message for problem in problems)
        )
    return list(by_id.values()), problems, tuple(passed_over)


def _rows(prepared: Prepared) -> Rows:
    result = prepared.judgement.result if prepared.judgement else None
    if result is None:
        return Rows((), ())
    return as_events(result.rows) if result.columns is None else as_rows(result.columns, result.rows)
