"""Whether a run can be trusted to have seen everything, and if not, why not.

Silence must not look like safety: whatever was not read, not parsed or not judged makes a run partial.
"""

from collections.abc import Iterable

from msgspec import Struct

from carhound.findings.run import AnalyticResult, Evidence, Status

NO_EVIDENCE = "no evidence was found below the given paths: give EVTX files, or JSON exports of events"


class Gaps(Struct, frozen=True):
    """What went wrong outside single files and implementations."""

    not_evidence: tuple[tuple[str, str], ...] = ()
    """Files named on the command line that hold no events, and what they are instead."""
    broken_documents: tuple[str, ...] = ()
    """Messages about analytic documents that could not be read."""
    interrupted_at: str | None = None
    """The file at which the run was interrupted; empty before the first."""
    reads_nothing: bool = False
    """No event was asked for: a search of lookup tables alone."""


def judge_status(
    evidence: Evidence, analytics: Iterable[AnalyticResult], gaps: Gaps
) -> tuple[Status, tuple[str, ...]]:
    """The status and the reasons why it is not complete."""
    results = [(analytic.id, one) for analytic in analytics for one in analytic.implementations]
    reasons = unread(evidence, gaps)
    reasons += list(gaps.broken_documents)
    reasons += [
        f"{analytic}: {one.name!r} was not evaluated" for analytic, one in results if one.status != "ran"
    ]
    reasons += [
        f"{analytic}: {one.name!r} could not be judged on {_files(len(one.not_judged))}"
        for analytic, one in results
        if one.not_judged
    ]
    if reasons:
        return "partial", tuple(reasons)
    if not gaps.reads_nothing and not any(one.eligible for _, one in results):
        reason = "no event read is of a kind that could have matched: give the logs it is about"
        return "nothing-eligible", (reason if evidence.files else NO_EVIDENCE,)
    return "complete", ()


def unread(evidence: Evidence, gaps: Gaps) -> list[str]:
    """What may have held events and was not read; empty when all was."""
    reasons = [] if gaps.interrupted_at is None else [_interrupted(gaps.interrupted_at)]
    reasons += [f"no such path: {path}" for path in evidence.missing]
    reasons += [f"{path} is no evidence: {what}" for path, what in gaps.not_evidence]
    reasons += _damage(evidence)
    reasons += [
        f"{file.path}: {skipped.where} was not read: {skipped.reason}"
        for file in evidence.files
        for skipped in file.skipped
        if skipped.partial
    ]
    return reasons


def _interrupted(at: str) -> str:
    return f"interrupted: what comes after {at} was not read" if at else "interrupted: nothing was read"


def _damage(evidence: Evidence) -> list[str]:
    damaged = [file for file in evidence.files if file.damaged]
    if not damaged:
        return []
    parts = sum(len(file.damaged) for file in damaged)
    named = ", ".join(file.path for file in damaged[:3]) + (" …" if len(damaged) > 3 else "")
    return [f"{parts} damaged part{'s' if parts > 1 else ''} in {_files(len(damaged))}: {named}"]


def _files(count: int) -> str:
    return f"{count} file{'s' if count > 1 else ''}"
