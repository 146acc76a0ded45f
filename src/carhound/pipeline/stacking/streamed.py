"""Evidence read once for a command that counts while it reads and keeps no event, and the run it makes."""

from typing import Protocol

from msgspec.structs import replace

from carhound import VERSION
from carhound.analytics.analytic import of_text
from carhound.engines.interpreter.collect import Collector
from carhound.engines.interpreter.moment import Moment
from carhound.findings.identity import Registry
from carhound.findings.judging import Judgement, windows_used
from carhound.findings.run import Rows, Run, RunInfo
from carhound.findings.status import Gaps, judge_status
from carhound.model.event import Event
from carhound.pipeline.files.over_files import missing_of
from carhound.pipeline.files.reading import Reading, read_evidence
from carhound.pipeline.gathered import INTERPRETER, Gathered
from carhound.pipeline.implementations import Prepared, Subject
from carhound.pipeline.mapping_file import read_mappings
from carhound.pipeline.request import Progress, Request
from carhound.pipeline.results import analytic_result
from carhound.plan.nodes import Node
from carhound.readers.archives.limits import read_limits
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions

STACK = "stack"


class Takes(Protocol):
    """Takes the events that match, one by one."""

    def take(self, event: Event) -> Event:
        """Takes one; what it returns stands for it, so that a collector keeps no other."""


def count_files(
    request: Request,
    plan: Node,
    counting: Takes,
    moment: Moment,
    now_from: str,
    progress: Progress | None,
) -> Gathered:
    """Puts the events of the files of a request that a plan lets through to `counting`. Raises UsageError."""
    paths = tuple(dict.fromkeys(request.evidence))
    missing = missing_of(paths)
    options = ReadOptions(
        moment.zone,
        read_mappings(request.mappings),
        read_limits(request.archive_limits),
        request.archive_password,
    )
    collector = Collector([plan], counting.take)
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


def counted(
    request: Request, prepared: Prepared, plan: Node, matched: int, gathered: Gathered, rows: Rows
) -> Run:
    """The run whose rows were counted."""
    reading, moment = gathered.reading, gathered.moment
    prepared.judgement = Judgement(windows_used(plan, prepared.implementation.code, moment))
    analytic = of_text(STACK, f"<{STACK}>", prepared.implementation)
    said = analytic_result(Subject(analytic, [prepared]), reading, gathered.eligible, {}, finds=False)
    results_of = tuple(replace(one, matched=matched) for one in said.implementations)
    results = (replace(said, implementations=results_of),)
    evidence = reading.evidence(gathered.missing)
    gaps = Gaps(tuple(reading.explicit_not_evidence), (), reading.interrupted_at)
    status, reasons = judge_status(evidence, results, gaps)
    info = RunInfo(
        request.command, VERSION, gathered.engine, moment.now, gathered.now_from, request.tz, request.reading
    )
    hosts = gathered.hosts({0: (STACK, STACK)})
    return Run(info, results, hosts, evidence, (), status, reasons, rows)
