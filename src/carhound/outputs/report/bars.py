"""What was found by how common it is, rare first: a bar for each key."""

from collections.abc import Iterable

from msgspec import Struct

from carhound.findings.prevalence import Key, Prevalence
from carhound.findings.run import Finding
from carhound.model.folding import fold

SHOWN = 60
"""Keys shown of one stack."""


class Bar(Struct, frozen=True):
    """One key."""

    prevalence: Prevalence
    findings: tuple[str, ...]
    """Ids of the findings that have it."""


class Stack(Struct, frozen=True):
    """The keys of the same fields, met by the same analytic; fewest hosts first, then days, then findings."""

    analytic: str
    fields: tuple[str, ...]
    bars: tuple[Bar, ...]
    most_hosts: int
    """Of any key: the longest bar."""


def stacks(findings: Iterable[Finding]) -> tuple[Stack, ...]:
    """One for each analytic and kind of key, in the order of the findings."""
    kinds: dict[tuple[str, tuple[str, ...]], dict[Key, list[Finding]]] = {}
    for finding in findings:
        if finding.prevalence is not None:
            kind = kinds.setdefault((finding.analytic, finding.prevalence.fields), {})
            kind.setdefault(tuple(map(fold, finding.prevalence.key)), []).append(finding)
    return tuple(_stack(analytic, fields, same.values()) for (analytic, fields), same in kinds.items())


def _stack(analytic: str, fields: tuple[str, ...], keys: Iterable[list[Finding]]) -> Stack:
    bars = [
        Bar(same[0].prevalence, tuple(one.id for one in same))
        for same in keys
        if same[0].prevalence is not None
    ]
    bars.sort(key=lambda bar: (bar.prevalence.hosts, bar.prevalence.days, len(bar.findings)))
    return Stack(analytic, fields, tuple(bars), max(bar.prevalence.hosts for bar in bars))
