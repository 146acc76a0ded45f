"""Every implementation that can run, over what was collected for it."""

from collections.abc import Iterable

from carhound.engines.interpreter.collect import Collector
from carhound.engines.interpreter.operators import Moment
from carhound.findings.identity import Registry
from carhound.findings.judging import judge
from carhound.pipeline.implementations import Prepared


def judge_all(
    runnable: Iterable[Prepared], collector: Collector, registry: Registry, moment: Moment, backfill: bool
) -> None:
    """Gives each its judgement. Of an event met in several shapes, the fullest record is judged."""
    for one in runnable:
        if one.plan is None or one.number is None:
            continue
        hits = {
            stem: [registry.fullest(event) for event in events]
            for stem, events in collector.hits(one.number).items()
        }
        main_hits = [registry.fullest(event) for event in collector.main_hits(one.number)]
        code = one.implementation.code
        presences = collector.presence(one.number)
        one.judgement = judge(one.plan, code, hits, main_hits, moment, backfill, one.use_alias, presences)
