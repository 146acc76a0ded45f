"""Implementations as a person thinks of them: the SPL and the pseudocode of one name are one pattern."""

from collections.abc import Iterable
from dataclasses import dataclass

from carhound.findings.run import AnalyticResult, HostCoverage, ImplementationResult, Run, Twins

_TWIN_SUFFIX = " - pseudocode"
_SPOKEN = {"spl": "SPL"}


def pattern_name(implementation: str) -> str:
    """The name that twins share."""
    return implementation.removesuffix(_TWIN_SUFFIX)


def language_name(language: str) -> str:
    """The language as people write it."""
    return _SPOKEN.get(language, language)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What one name of a document stands for."""

    name: str
    implementations: tuple[ImplementationResult, ...]
    twins: tuple[Twins, ...]

    @property
    def ran(self) -> tuple[ImplementationResult, ...]:
        """Those that were evaluated."""
        return tuple(result for result in self.implementations if result.status == "ran")

    @property
    def not_evaluated(self) -> tuple[ImplementationResult, ...]:
        """Those that were not."""
        return tuple(result for result in self.implementations if result.status != "ran")

    @property
    def findings(self) -> tuple[str, ...]:
        """Ids of the distinct events in any of the results."""
        return tuple(dict.fromkeys(one for result in self.ran for one in result.findings))

    @property
    def has_rows(self) -> bool:
        """Whether any of the results holds an event or a row."""
        return bool(self.findings) or any(result.table and result.table.rows for result in self.ran)

    @property
    def judged(self) -> bool:
        """Whether any implementation ran over at least one event it could have matched."""
        return any(result.eligible for result in self.ran)

    @property
    def twins_differ(self) -> bool:
        """Whether any pair of twins lets different events through."""
        return any(not twins.agree for twins in self.twins)


def patterns(analytic: AnalyticResult) -> tuple[Pattern, ...]:
    """The patterns of an analytic in the order of its document."""
    groups: dict[str, list[ImplementationResult]] = {}
    for result in analytic.implementations:
        groups.setdefault(pattern_name(result.name), []).append(result)
    twins = {name: [one for one in analytic.twins if pattern_name(one.spl) == name] for name in groups}
    return tuple(Pattern(name, tuple(group), tuple(twins[name])) for name, group in groups.items())


def all_patterns(run: Run) -> tuple[tuple[str, Pattern], ...]:
    """Every (analytic id, pattern) of a run."""
    return tuple((analytic.id, pattern) for analytic in run.analytics for pattern in patterns(analytic))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What could be judged on a host: patterns in full, and single implementations of others."""

    whole: tuple[str, ...]
    partly: tuple[str, ...]
    """For example "Main Pattern (pseudocode only)"."""
    of: int
    """Number of patterns there are."""

    @property
    def anything(self) -> bool:
        """Whether at least one implementation could be judged."""
        return bool(self.whole or self.partly)


def judgement(run: Run, host: HostCoverage) -> Judgement:
    """Which patterns the events of the host let us judge; an analytic's id is named only beside others."""
    judged = set(host.judged)
    several = len(run.analytics) > 1
    whole: list[str] = []
    partly: list[str] = []
    every = all_patterns(run)
    for analytic, pattern in every:
        name = f"{analytic} {pattern.name}" if several else pattern.name
        able = [one for one in pattern.implementations if (analytic, one.name) in judged]
        if not able:
            continue
        if len(able) == len(pattern.implementations):
            whole.append(name)
        else:
            partly.append(f"{name} ({_languages(able)} only)")
    return Judgement(tuple(whole), tuple(partly), len(every))


def _languages(results: Iterable[ImplementationResult]) -> str:
    return " and ".join(dict.fromkeys(language_name(result.language) for result in results))
