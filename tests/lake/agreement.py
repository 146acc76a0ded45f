"""What a lake says held against what the files say that were put into it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from carhound.findings.run import Finding, ImplementationResult, Run
from carhound.model.diagnostics import Source
from carhound.pipeline import Request, hunt, search
from carhound.pipeline.lakes.ingest import IngestRequest, ingest


def filled(lake: Path, *evidence: Path, tz: str = "UTC") -> Path:
    """The lake, with each of the files put into it by itself."""
    for path in evidence:
        ingest(IngestRequest((str(path),), lake, tz=tz))
    return lake


def asked(evidence: Iterable[Path] = (), **options: Any) -> Request:
    return Request(tuple(map(str, evidence)), ("carhound",), **options)


def both(evidence: Iterable[Path], lake: Path, **options: Any) -> tuple[Run, Run]:
    """The hunts over the files and over the lake."""
    request = asked(evidence, **options)
    return hunt(request), hunt(replace(request, evidence=(), lake=str(lake)))


def both_searches(spl: str, evidence: Iterable[Path], lake: Path, **options: Any) -> tuple[Run, Run]:
    request = asked(evidence, **options)
    return search(Source(spl, "<search>"), request), search(
        Source(spl, "<search>"), replace(request, evidence=(), lake=str(lake))
    )


def said(run: Run, *, repeats: bool = False) -> dict[str, Any]:
    """All of a run that must be the same. With `repeats` in the files, not what counts every record."""
    return {
        "findings": [_finding(one, repeats) for one in run.findings],
        "implementations": {
            (analytic.id, one.name): _implementation(one, repeats)
            for analytic in run.analytics
            for one in analytic.implementations
        },
        "twins": [analytic.twins for analytic in run.analytics],
        "hosts": [replace(one, events=0, sysmon_1=0, sysmon_7=0, security_4688=0,
                  security_4688_with_command_line=0) if repeats else one for one in run.hosts],
        "results": run.results,
        "exit": run.exit_status,
    }  # fmt: skip


def assert_same(runs: tuple[Run, Run], *, repeats: bool = False) -> None:
    files, lake = (said(run, repeats=repeats) for run in runs)
    for part, value in files.items():
        assert lake[part] == value, part


def _finding(one: Finding, repeats: bool) -> Any:
    place = None if repeats else one.places
    native, car = (None, None) if repeats else (dict(one.native), dict(one.car))
    return (one.id, one.analytic, one.implementations, one.time, one.computer, one.days, one.prevalence,
            place, native, car)  # fmt: skip


def _implementation(one: ImplementationResult, repeats: bool) -> Any:
    remarks = [(remark.code, remark.message, None if repeats else remark.count) for remark in one.diagnostics]
    return (one.status, one.matched, one.table, one.findings, one.windows, one.outside_window,
            one.not_judged, None if repeats else one.eligible, remarks)  # fmt: skip
