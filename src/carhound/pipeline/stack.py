"""`stack`: the values of fields over evidence, from rare to common."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product
from typing import Protocol, TypeVar

from carhound import VERSION
from carhound.analytics.analytic import Analytic, DocumentSource, Implementation
from carhound.engines.interpreter.collect import Collector
from carhound.engines.interpreter.operators import Moment
from carhound.engines.interpreter.rows import Row, getter, texts
from carhound.errors import UsageError
from carhound.findings.identity import Registry
from carhound.findings.judging import Judgement, windows_used
from carhound.findings.run import Rows, Run, RunInfo
from carhound.findings.stacking import COUNTED, Stack
from carhound.findings.status import Gaps, judge_status
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Diagnostic, Source
from carhound.model.event import Event
from carhound.model.suggestion import nearest
from carhound.model.windows import Window
from carhound.pipeline.gathered import INTERPRETER
from carhound.pipeline.implementations import Prepared, Subject
from carhound.pipeline.mapping_file import read_mappings
from carhound.pipeline.reading import Reading, read_evidence
from carhound.pipeline.request import Progress, Request, read_clock
from carhound.pipeline.results import analytic_result
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field
from carhound.plan.stems import stems
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions
from carhound.readers.limits import read_limits
from carhound.readers.walk import missing as absent

_NAME = "stack"
_MOST_FIELDS = 5
_MOST_KINDS = 1000
"""Kinds of events whose field names are looked at for a suggestion."""


class Counting:
    """Takes the events that match, and keeps of them what is stacked."""

    def __init__(self, fields: tuple[str, ...], stacked: Stack, window: Window, prepared: Prepared) -> None:
        self.matched = 0
        self.lacking = 0
        self._read = [getter(Field(name), prepared.use_alias) for name in fields]
        self._stacked = stacked
        self._window = window
        self._kinds: dict[tuple[str | None, str | None], None] = {}
        self._names: dict[str, None] = {}
        self._standing: Event | None = None

    def take(self, event: Event) -> Event:
        """Counts an event; the first one stands for all, so that a collector keeps no other."""
        self._standing = self._standing or event
        if not self._window.contains(event.time):
            return self._standing
        self.matched += 1
        row = Row(event)
        found = [texts(one(row)) for one in self._read]
        if all(found):
            for values in product(*found):
                self._stacked.add(values, event.computer, event.time)
        else:
            self.lacking += 1
            self._note_names(event)
        return self._standing

    def near(self, name: str) -> str | None:
        """A field much like this one, of those that events without it have."""
        return nearest(name, self._names)

    def _note_names(self, event: Event) -> None:
        kind = (event.provider, event.event_id)
        if kind not in self._kinds and len(self._kinds) < _MOST_KINDS:
            self._kinds[kind] = None
            self._names.update(dict.fromkeys(event.native))


def stack(
    fields: Iterable[str], where: str, top: int, request: Request, progress: Progress | None = None
) -> Run:
    """Stacks the values of native fields over the events that a search expression describes.

    Its rows are `Run.results`, of which a page shows `top`. Relative times count from `Request.now`, else
    from the clock. Raises CarhoundError.
    """
    names = _names(fields)
    plan, prepared = _prepared(where)
    stacked = Stack(read_clock(request).zone)

    def taking(window: Window) -> Counting:
        return Counting(names, stacked, window, prepared)

    def said(counting: Counting) -> list[Diagnostic]:
        return _without(names, counting)

    return streamed(plan, prepared, taking, said, lambda: stacked.rows(names, top), request, progress)


class Takes(Protocol):
    """Takes the events that match, one by one."""

    @property
    def matched(self) -> int:
        """How many it took."""

    def take(self, event: Event) -> Event:
        """Takes one; what it returns stands for it, so that a collector keeps no other."""


Taking = TypeVar("Taking", bound=Takes)


def streamed(
    plan: Node,
    prepared: Prepared,
    taking: Callable[[Window], Taking],
    remarks: Callable[[Taking], list[Diagnostic]],
    rows: Callable[[], Rows],
    request: Request,
    progress: Progress | None,
) -> Run:
    """Puts the events that a plan lets through to what `taking` makes, told its window; keeps none of them."""
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
    taken = taking(moment.window(stems(plan)[0].scan))
    collector = Collector([plan], taken.take, [prepared.use_alias])
    reading = Reading(Registry())
    parts = open_evidence([path for path in paths if path not in missing], options)
    read_evidence(parts, collector, 1, reading, request, progress)

    prepared.judgement = Judgement(windows_used(plan, prepared.implementation.code, moment))
    prepared.diagnostics += remarks(taken)
    digest = hashlib.sha256(prepared.implementation.code.text.encode("utf-8", "surrogatepass")).hexdigest()
    source = DocumentSource(f"<{_NAME}>", digest)
    analytic = Analytic(_NAME, "Stack", source, "", (), (), (), (prepared.implementation,), ())
    result = analytic_result(Subject(analytic, [prepared]), reading, {0: collector.eligible(0)}, {})
    counted = tuple(replace(one, matched=taken.matched) for one in result.implementations)
    results = (replace(result, implementations=counted),)
    evidence = reading.evidence(missing)
    status, reasons = judge_status(
        evidence, results, Gaps(tuple(reading.explicit_not_evidence), (), reading.interrupted_at)
    )
    info = RunInfo(request.command, VERSION, INTERPRETER, now, now_from, request.tz, request.reading)
    hosts = reading.hosts.coverage({0: (_NAME, _NAME)})
    return Run(info, results, hosts, evidence, (), status, reasons, rows())


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
