"""Evidence read once for a command that counts while it reads, and keeps no event."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from carhound import VERSION
from carhound.analytics.analytic import Analytic, DocumentSource
from carhound.engines.interpreter.collect import Collector
from carhound.engines.interpreter.operators import Moment
from carhound.errors import UsageError
from carhound.findings.identity import Registry
from carhound.findings.judging import Judgement, windows_used
from carhound.findings.run import Rows, Run, RunInfo
from carhound.findings.status import Gaps, judge_status
from carhound.model.diagnostics import Diagnostic
from carhound.model.event import Event
from carhound.model.windows import Window
from carhound.pipeline.gathered import INTERPRETER
from carhound.pipeline.implementations import Prepared, Subject
from carhound.pipeline.mapping_file import read_mappings
from carhound.pipeline.reading import Reading, read_evidence
from carhound.pipeline.request import Progress, Request, read_clock
from carhound.pipeline.results import analytic_result
from carhound.plan.nodes import Node
from carhound.plan.stems import stems
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions
from carhound.readers.limits import read_limits
from carhound.readers.walk import missing as absent

STACK = "stack"


class Counts(Protocol):
    """Takes the events that match, one by one."""

    @property
    def matched(self) -> int:
        """How many it took."""

    def take(self, event: Event) -> Event:
        """Takes one; what it returns stands for it, so that a collector keeps no other."""

    def remarks(self) -> list[Diagnostic]:
        """What must be known of the rows."""

    def rows(self) -> Rows:
        """What came of it."""


def streamed(
    plan: Node,
    prepared: Prepared,
    counting: Callable[[Window], Counts],
    request: Request,
    progress: Progress | None,
) -> Run:
    """Puts the events that a plan lets through to what `counting` makes of the window of the run.

    Raises CarhoundError.
    """
    clock = read_clock(request)
    now, now_from = clock.now(None, None)
    moment = Moment(now, clock.zone, clock.range(now))
    paths = tuple(dict.fromkeys(request.evidence))
    missing = tuple(absent(paths))
    if len(missing) == len(paths):
        raise UsageError(f"no such file or folder: {', '.join(missing)}", hint="check the path")
    options = ReadOptions(
        clock.zone,
        read_mappings(request.mappings),
        read_limits(request.archive_limits),
        request.archive_password,
    )
    taken = counting(moment.window(stems(plan)[0].scan))
    collector = Collector([plan], taken.take, [prepared.use_alias])
    reading = Reading(Registry())
    parts = open_evidence([path for path in paths if path not in missing], options)
    read_evidence(parts, collector, 1, reading, request, progress)

    prepared.judgement = Judgement(windows_used(plan, prepared.implementation.code, moment))
    prepared.diagnostics += taken.remarks()
    digest = hashlib.sha256(prepared.implementation.code.text.encode("utf-8", "surrogatepass")).hexdigest()
    source = DocumentSource(f"<{STACK}>", digest)
    analytic = Analytic(STACK, "Stack", source, "", (), (), (), (prepared.implementation,), ())
    result = analytic_result(Subject(analytic, [prepared]), reading, {0: collector.eligible(0)}, {})
    counted = tuple(replace(one, matched=taken.matched) for one in result.implementations)
    results = (replace(result, implementations=counted),)
    evidence = reading.evidence(missing)
    status, reasons = judge_status(
        evidence, results, Gaps(tuple(reading.explicit_not_evidence), (), reading.interrupted_at)
    )
    info = RunInfo(request.command, VERSION, INTERPRETER, now, now_from, request.tz, request.reading)
    hosts = reading.hosts.coverage({0: (STACK, STACK)})
    return Run(info, results, hosts, evidence, (), status, reasons, taken.rows())
