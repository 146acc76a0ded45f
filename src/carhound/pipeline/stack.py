"""`stack`: the values of fields over evidence, from rare to common."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from carhound import VERSION
from carhound.analytics.analytic import Analytic, DocumentSource, Implementation
from carhound.engines.interpreter.collect import Collector
from carhound.engines.interpreter.operators import Moment
from carhound.errors import UsageError
from carhound.findings.identity import Registry
from carhound.findings.judging import Judgement, windows_used
from carhound.findings.run import Run, RunInfo
from carhound.findings.stacking import COUNTED, Stack
from carhound.findings.status import Gaps, judge_status
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Diagnostic, Source
from carhound.pipeline.counting import Counting
from carhound.pipeline.gathered import INTERPRETER, Gathered
from carhound.pipeline.implementations import Prepared, Subject
from carhound.pipeline.mapping_file import read_mappings
from carhound.pipeline.over_files import missing_of
from carhound.pipeline.reading import Reading, read_evidence
from carhound.pipeline.request import Progress, Request, read_clock
from carhound.pipeline.results import analytic_result
from carhound.plan.nodes import Node
from carhound.plan.stems import stems
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions
from carhound.readers.limits import read_limits

_NAME = "stack"
_MOST_FIELDS = 5


def stack(
    fields: Iterable[str], where: str, top: int, request: Request, progress: Progress | None = None
) -> Run:
    """Stacks the values of native fields over the events that a search expression describes.

    They are in the files of the request, or in its lake. Its rows are `Run.results`, of which a page shows
    `top`. Relative times count from `Request.now`, else from the clock. Raises CarhoundError.
    """
    names = _names(fields)
    clock = read_clock(request)
    now, now_from = clock.now_of_lake()
    plan, prepared = _prepared(where)
    moment = Moment(now, clock.zone, clock.range(now))
    (stem,) = stems(plan)
    stacked = Stack(clock.zone)
    counting = Counting(names, stacked, moment.window(stem.scan), prepared)
    if request.lake is None:
        gathered = _stack_files(request, plan, counting, prepared, moment, now_from, progress)
    else:
        # Loaded where it is used: a lake's libraries take a second.
        from carhound.pipeline.stack_lake import stack_lake

        gathered = stack_lake(request, stem, counting, prepared.use_alias, moment, now_from)
    reading = gathered.reading

    prepared.judgement = Judgement(windows_used(plan, prepared.implementation.code, moment))
    prepared.diagnostics += _without(names, counting)
    digest = hashlib.sha256(where.encode("utf-8", "surrogatepass")).hexdigest()
    source = DocumentSource(f"<{_NAME}>", digest)
    analytic = Analytic(_NAME, "Stack", source, "", (), (), (), (prepared.implementation,), ())
    said = analytic_result(Subject(analytic, [prepared]), reading, gathered.eligible, {})
    counted = tuple(replace(one, matched=counting.matched) for one in said.implementations)
    results = (replace(said, implementations=counted),)
    evidence = reading.evidence(gathered.missing)
    gaps = Gaps(tuple(reading.explicit_not_evidence), (), reading.interrupted_at)
    status, reasons = judge_status(evidence, results, gaps)
    info = RunInfo(request.command, VERSION, gathered.engine, now, now_from, request.tz, request.reading)
    hosts = gathered.hosts({0: (_NAME, _NAME)})
    return Run(info, results, hosts, evidence, (), status, reasons, stacked.rows(names, top))


def _stack_files(
    request: Request,
    plan: Node,
    counting: Counting,
    prepared: Prepared,
    moment: Moment,
    now_from: str,
    progress: Progress | None,
) -> Gathered:
    paths = tuple(dict.fromkeys(request.evidence))
    missing = missing_of(paths)
    options = ReadOptions(
        moment.zone,
        read_mappings(request.mappings),
        read_limits(request.archive_limits),
        request.archive_password,
    )
    collector = Collector([plan], counting.take, [prepared.use_alias])
    reading = Reading(Registry())
    parts = open_evidence([path for path in paths if path not in missing], options)
    read_evidence(parts, collector, 1, reading, request, progress)
    return Gathered(
        reading,
        {0: collector.eligible(0)},
        {},
        reading.hosts.coverage,
        lambda *_: (),
        moment,
        now_from,
        INTERPRETER,
        missing,
    )


def _names(fields: Iterable[str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in fields)
    if not names or not all(names) or len(set(names)) < len(names) or set(names) & set(COUNTED):
        raise UsageError(
            f"cannot stack {', '.join(names) or 'nothing'}",
            hint="name one field, or several with commas between them: ImageLoaded,Signed",
        )
    if len(names) > _MOST_FIELDS:
        raise UsageError(f"cannot stack more than {_MOST_FIELDS} fields at once", hint="leave some out")
    return names


def _prepared(where: str) -> tuple[Node, Prepared]:
    code = Source(where, "<where>")
    compiled = compile_spl(code)
    if stems(compiled.plan)[0].node is not compiled.plan:
        raise UsageError(
            "--where takes what stands before the first | of a search, without subsearches",
            hint="for more, see 'carhound search'",
        )
    implementation = Implementation(_NAME, "spl", "spl", "", None, code)
    return compiled.plan, Prepared(implementation, compiled.plan, list(compiled.diagnostics), number=0)


def _without(names: tuple[str, ...], counting: Counting) -> list[Diagnostic]:
    """What is said of the events that carry no such field."""
    if not counting.lacking:
        return []
    shown = " and ".join(names)
    if counting.lacking < counting.matched:
        message = f"events without {shown} are left out"
        return [Diagnostic("RUN-K2", message, "note", count=counting.lacking)]
    near = next((found for name in names if (found := counting.near(name)) is not None), None)
    hint = f"did you mean {near}? Letter case counts in names" if near else None
    message = f"no event that matches carries {shown}"
    return [Diagnostic("RUN-K2", message, "warning", hint=hint, count=counting.lacking)]
