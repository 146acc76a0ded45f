"""Every implementation that can run, over what was collected for it."""

from collections.abc import Iterable
from datetime import datetime

from carhound.engines.interpreter.execution import matches
from carhound.engines.interpreter.moment import Moment
from carhound.findings.identity import Registry
from carhound.findings.judging import judge
from carhound.pipeline.gathered import Hits
from carhound.pipeline.implementations import Prepared
from carhound.plan.nodes import scans


def judge_all(
    runnable: Iterable[Prepared], hits: Hits, registry: Registry, moment: Moment, backfill: bool
) -> None:
    """Gives each its judgement. Of an event met in several shapes, the fullest record is judged."""
    for one in runnable:
        if one.plan is None or one.number is None:
            continue
        let_through = {
            stem: [registry.fullest(event) for event in events]
            for stem, events in hits.hits(one.number).items()
        }
        main_hits = [registry.fullest(event) for event in hits.main_hits(one.number)]
        code = one.implementation.code
        presences = hits.presence(one.number)
        one.judgement = judged = judge(one.plan, code, let_through, main_hits, moment, backfill, presences)
        if judged.outside_window is not None:
            judged.outside_window += hits.matched(one.number) - len(main_hits)
        if moment.window(scans(one.plan)[0]).bounded:
            judged.timeless = hits.timeless(one.number)


def newest_match(runnable: Iterable[Prepared], hits: Hits) -> datetime | None:
    """The latest time of an event that any of them matches, time terms aside."""
    found = (
        event.time
        for one in runnable
        if one.plan is not None and one.number is not None
        for event in matches(one.plan, hits.hits(one.number))
    )
    return max((time for time in found if time is not None), default=None)
