"""The run in one sentence and its reasons: the last thing a page says, and all that stderr says of a pipe.

No event, no host and no file that could not be judged may pass for a clean one.
"""

from msgspec import Struct

from carhound.findings.run import Run
from carhound.outputs.patterns import all_patterns, judgement
from carhound.outputs.wording import count, number, some

_LINES_SHOWN = 20


class Verdict(Struct, frozen=True):
    """Plain text; names in it may come from evidence."""

    sentence: str
    reasons: tuple[str, ...]
    """Why the run is not complete."""
    unseen: str | None
    """What the evidence could not show, where a reader may take silence for safety."""
    unused: str | None
    """Which suppressions hid nothing."""


def verdict(run: Run) -> Verdict:
    """What to take away from the run."""
    return Verdict(
        f"{_found(run)}{_suppressed(run)}; {_status(run)}", run.reasons, _unseen(run), _unused(run)
    )


def _found(run: Run) -> str:
    if run.results is not None:
        return count(len(run.results.rows), "row") if run.results.rows else "no rows"
    every = all_patterns(run)
    if not run.findings and run.suppressed:
        return "no finding that is not suppressed"
    if not run.findings:
        eligible = _eligible(run)
        return (
            f"nothing found in {count(eligible, 'eligible event')}" if eligible else "nothing could be judged"
        )
    ids = {finding.id for finding in run.findings}
    hit = sum(1 for _, pattern in every if not ids.isdisjoint(pattern.findings))
    hosts = len({finding.computer for finding in run.findings})
    return (
        f"{count(len(run.findings), 'finding')} on {count(hosts, 'host')}, "
        f"in {hit} of {count(len(every), 'pattern')}"
    )


def _suppressed(run: Run) -> str:
    if run.suppressions is None:
        return ""
    return f", {number(len(run.suppressed))} suppressed ({run.suppressions.path})"


def _unused(run: Run) -> str | None:
    if run.suppressions is None:
        return None
    unused = run.suppressions.unused(one.suppression for one in run.suppressed)
    if not unused:
        return None
    entries = count(len(unused), "entry", "entries")
    lines = "line " if len(unused) == 1 else "lines "
    lines += some([str(entry.line) for entry in unused], _LINES_SHOWN)
    return f"{entries} of {run.suppressions.path} hid nothing: {lines}"


def _status(run: Run) -> str:
    match run.status:
        case "complete":
            if any(file.unread for file in run.evidence.files):
                return "complete: all that could match was read"
            return "complete: nothing given was left unread"
        case "partial":
            return "PARTIAL: part was not evaluated"
        case "nothing-eligible":
            if not _events(run):
                return "NOTHING ELIGIBLE: no event was read"
            what = "the search" if run.results is not None else "these patterns"
            return (
                f"NOTHING ELIGIBLE: {count(_events(run), 'event')} read, none of a kind that {what} can judge"
            )


def _unseen(run: Run) -> str | None:
    if run.results is not None or not run.hosts:
        return None
    every = [judgement(run, host) for host in run.hosts]
    blind = sum(1 for one in every if not one.anything)
    some = sum(1 for one in every if one.anything and not one.everything)
    if blind:
        return f"no pattern could be judged on {_of(blind, len(every))}: silence there says nothing"
    if some:
        return f"only some patterns could be judged on {_of(some, len(every))}"
    return None


def _of(part: int, total: int) -> str:
    if part < total:
        return f"{number(part)} of {count(total, 'host')}"
    return "the one host" if total == 1 else f"any of the {number(total)} hosts"


def _eligible(run: Run) -> int:
    return sum(file.eligible for file in run.evidence.files)


def _events(run: Run) -> int:
    return sum(file.events for file in run.evidence.files)
