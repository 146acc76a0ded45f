"""`--novel-over`: every implementation tells only what is new against the days before."""

import re

from carhound.errors import UsageError
from carhound.model.diagnostics import Diagnostic
from carhound.pipeline.implementations import Prepared
from carhound.pipeline.request import Request

_MOST_DAYS = 3650


def read_days(request: Request) -> int | None:
    """The days of `--novel-over`, None where it is not given. Raises UsageError."""
    text = request.novel_over
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,4})d(?:ays?)?", text.strip(), re.ASCII)
    if match is None or not 1 <= int(match[1]) <= _MOST_DAYS:
        raise UsageError(
            f"--novel-over {text}: not a number of days from 1 to {_MOST_DAYS}", hint="write it like 30d"
        )
    if request.earliest is not None or request.latest is not None:
        raise UsageError(
            "--novel-over has windows of its own, so --earliest and --latest would change nothing",
            hint="--now TIME moves its windows, --backfill judges every day",
        )
    return int(match[1])


def tell_new(prepared: Prepared, days: int) -> None:
    """Holds an implementation against the days before; where that cannot be, it says why."""
    from carhound.plan.rewrites.novel import has_baseline, novel

    plan, key = prepared.plan, prepared.key
    if plan is None or key is None:
        return
    if has_baseline(plan):
        message = "compares with a baseline of its own, which --novel-over leaves as it is"
        prepared.diagnostics.append(Diagnostic("RUN-N2", message, "note"))
        return
    prepared.plan = novel(plan, days, key.fields)
    if prepared.plan is None:
        prepared.plan = plan
        message = (
            "not told new from known: its own time range has no beginning that days can be reckoned from"
        )
        prepared.diagnostics.append(Diagnostic("RUN-N3", message, "warning"))
        return
    names = " and ".join(key.names)
    message = (
        f"only what is new: matches whose {names} matched in the {days} days before the main window are left "
        f"out, those without {names} stay"
    )
    prepared.diagnostics.append(Diagnostic("RUN-N1", message, "note"))
