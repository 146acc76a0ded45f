"""`hunt` and `search`: from a request to a run."""

import hashlib
from collections.abc import Sequence

from carhound import VERSION
from carhound.analytics.analytic import Analytic, DocumentSource, Implementation
from carhound.analytics.load import bundled, load
from carhound.engines.interpreter.collect import Collector
from carhound.engines.interpreter.operators import Moment
from carhound.errors import CarhoundError, DocumentError, UsageError
from carhound.findings.identity import Registry
from carhound.findings.judging import as_rows, newest_time
from carhound.findings.processes import Processes
from carhound.findings.run import Rows, Run, RunInfo
from carhound.findings.status import Gaps, judge_status
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.pipeline.implementations import Prepared, Probe, Subject, prepare
from carhound.pipeline.judge_all import judge_all
from carhound.pipeline.keys import compare_by, seen
from carhound.pipeline.mapping_file import read_mappings
from carhound.pipeline.novelty import read_days, tell_new
from carhound.pipeline.reading import Reading, read_evidence
from carhound.pipeline.request import Clock, Progress, Request, read_clock
from carhound.pipeline.results import analytic_result, findings
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions
from carhound.readers.limits import read_limits
from carhound.readers.walk import missing as absent

ENGINE = "interpreter"
SEARCH = "<search>"


def hunt(request: Request, progress: Progress | None = None) -> Run:
    """Runs the analytics over the evidence. Raises CarhoundError for what makes a run impossible."""
    clock = read_clock(request)
    days = read_days(request)
    analytics, problems, passed_over = load_analytics(request.analytics or bundled())
    subjects = [prepare(analytic, request.reading) for analytic in analytics]
    for subject in subjects:
        for one in subject.implementations:
            compare_by(one, request.key)
            if days is not None:
                tell_new(one, days)
    return _run(request, clock, subjects, progress, problems, passed_over)


def search(text: str, request: Request, progress: Progress | None = None) -> Run:
    """Runs one SPL search over the evidence; its rows are `Run.results`. Raises CarhoundError."""
    clock = read_clock(request)
    code = Source(text, SEARCH)
    compiled = compile_spl(code)
    prepared = Prepared(
        Implementation("search", "spl", "spl", "", None, code), compiled.plan, list(compiled.diagnostics)
    )
    source = DocumentSource(SEARCH, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
    analytic = Analytic("search", "Search", source, "", (), (), (), (prepared.implementation,), ())
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
    evidence_paths = tuple(dict.fromkeys(request.evidence))
    missing = tuple(absent(evidence_paths))
    if len(missing) == len(evidence_paths):
        raise UsageError(f"no such file or folder: {', '.join(missing)}", hint="check the path")
    runnable = [one for subject in subjects for one in subject.implementations if one.plan is not None]
    options = ReadOptions(
        clock.zone,
        read_mappings(request.mappings),
        read_limits(request.archive_limits),
        request.archive_password,
    )
    registry = Registry(keep_duplicates=request.keep_duplicates)
    collector = new_collector(subjects, registry)
    reading = Reading(registry)
    parts = open_evidence([path for path in evidence_paths if path not in missing], options)
    read_evidence(parts, collector, len(runnable), reading, request, progress)

    newest = newest_time(event for one in runnable for event in collector.main_hits(one.number or 0))
    now, now_from = clock.now(newest, reading.newest_eligible)
    moment = Moment(now, clock.zone, clock.range(now))
    judge_all(runnable, collector, registry, moment, request.backfill)
    rows = _rows(of) if of is not None else None
    for subject in subjects if of is None else ():
        judged = [one.judgement for one in subject.implementations if one.judgement is not None]
        subject.processes = Processes(event for judgement in judged for event in judgement.events)
    asked = bool(request.key or request.novel_over)
    known = [(one, seen(one, collector, registry, clock.zone, asked)) for one in subjects if of is None]
    results = tuple(analytic_result(subject, collector, reading) for subject in subjects)
    found = [finding for subject, keys in known for finding in findings(subject, reading, keys)]
    evidence = reading.evidence(missing)
    gaps = Gaps(
        tuple(reading.explicit_not_evidence),
        tuple(str(problem) for problem in problems),
        reading.interrupted_at,
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
        ENGINE,
        now,
        now_from,
        request.tz,
        request.reading,
        request.backfill,
        passed_over,
        read_days(request),
        request.key,
    )
    return Run(info, results, reading.hosts.coverage(names), evidence, tuple(found), status, reasons, rows)


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


def new_collector(subjects: list[Subject], registry: Registry) -> Collector:
    """A collector of every plan there is, each told its number; implementations come first."""
    runnable = [one for subject in subjects for one in subject.implementations if one.plan is not None]
    follows: dict[int, frozenset[int]] = {}
    numbered: list[Prepared | Probe] = list(runnable)
    for number, one in enumerate(runnable):
        one.number = number
    for subject in subjects:
        numbers = {
            one.implementation.name: one.number for one in subject.implementations if one.number is not None
        }
        for probe in subject.probes:
            if probe.plan is not None:
                probe.number = len(numbered)
                of = probe.discrepancy.implementations
                follows[probe.number] = frozenset(numbers[name] for name in of if name in numbers)
                numbered.append(probe)
    plans = [one.plan for one in numbered if one.plan is not None]
    return Collector(plans, registry.admit, [one.use_alias for one in numbered], follows)


def _rows(prepared: Prepared) -> Rows:
    result = prepared.judgement.result if prepared.judgement else None
    if result is None:
        return Rows((), ())
    columns = result.columns
    if columns is None:
        columns = tuple(dict.fromkeys(name for row in result.rows for name in row.names()))
    return as_rows(columns, result.rows)
