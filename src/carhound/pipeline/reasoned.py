"""The findings of a run with their reasons, in the order that these give."""

from collections.abc import Iterable, Sequence

from carhound.findings.reasoning.rules import in_order, with_reasons
from carhound.findings.reasoning.view import Around, Novelty
from carhound.findings.run import AnalyticResult, Finding, HostCoverage, Twins
from carhound.pipeline.implementations import Subject
from carhound.plan.rewrites.novel import has_baseline


def reasoned(
    found: Iterable[Finding],
    subjects: Iterable[Subject],
    results: Iterable[AnalyticResult],
    hosts: Sequence[HostCoverage],
) -> tuple[Finding, ...]:
    """Findings that have all but their reasons."""
    known = {}
    for subject, result in zip(subjects, results, strict=True):
        judged = sum(any(name == result.id for name, _ in host.judged) for host in hosts)
        known[result.id] = around(subject, result.twins, judged)
    return in_order(with_reasons(one, known[one.analytic]) for one in found)


def around(subject: Subject, twins: tuple[Twins, ...] = (), hosts: int = 0) -> Around:
    """What a run tells of all findings of an analytic, once it is judged."""
    novel = {}
    for one in subject.implementations:
        if one.plan is None or one.judgement is None or not has_baseline(one.plan):
            continue
        baselines = [window for window in one.judgement.windows if window.role == "baseline"]
        baseline = baselines[0] if len(baselines) == 1 else None
        novel[one.implementation.name] = Novelty(baseline, one.judgement.silent)
    return Around(novel, twins, hosts)
