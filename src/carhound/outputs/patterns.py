"""Implementations as a person thinks of them: the SPL and the pseudocode of one name are one pattern."""

from collections.abc import Iterable

from msgspec import Struct

from carhound.findings.run import AnalyticResult, HostCoverage, ImplementationResult, Run, Twins

_TWIN_SUFFIX = " - pseudocode"
_SPOKEN = {"spl": "SPL"}


def pattern_name(implementation: str) -> str:
    """The name that twins share."""
    return implementation.removesuffix(_TWIN_SUFFIX)


def language_name(language: str) -> str:
    """The language as people write it."""
    return _SPOKEN.get(language, language)


def named(implementation: str, language: str) -> str:
    """An implementation with its language, unless its name says that."""
    spoken = language_name(language)
    if implementation.rstrip(")").lower().endswith(spoken.lower()):
        return implementation
    return f"{implementation} ({spoken})"


class Pattern(Struct, frozen=True):
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


class AnalyticJudgement(Struct, frozen=True):
    """What of one analytic could be judged on a host."""

    analytic: str
    patterns: tuple[str, ...]
    """With the language where only one of the twins could be: "Main Pattern (pseudocode only)"."""
    complete: bool
    """Whether that is all that ran at all."""


class Judgement(Struct, frozen=True):
    """What could be judged on a host, for each analytic of the run that ran at all."""

    analytics: tuple[AnalyticJudgement, ...]

    @property
    def anything(self) -> bool:
        """Whether at least one implementation could be judged."""
        return any(one.patterns for one in self.analytics)

    @property
    def everything(self) -> bool:
        """Whether all that ran could be judged."""
        return bool(self.analytics) and all(one.complete for one in self.analytics)

    @property
    def size(self) -> int:
        """Number of patterns, for comparing hosts."""
        return sum(len(one.patterns) for one in self.analytics)


def judgement(run: Run, host: HostCoverage) -> Judgement:
    """What the events of the host let us judge. What was not evaluated anywhere is no matter of the host."""
    judged = set(host.judged)
    return Judgement(
        tuple(
            _judgement(analytic, judged)
            for analytic in run.analytics
            if any(one.status == "ran" for one in analytic.implementations)
        )
    )


def _judgement(analytic: AnalyticResult, judged: set[tuple[str, str]]) -> AnalyticJudgement:
    names: list[str] = []
    complete = True
    for pattern in patterns(analytic):
        able = [one for one in pattern.ran if (analytic.id, one.name) in judged]
        complete = complete and len(able) == len(pattern.ran)
        if able:
            names.append(
                pattern.name if len(able) == len(pattern.ran) else f"{pattern.name} ({_languages(able)} only)"
            )
    return AnalyticJudgement(analytic.id, tuple(names), complete)


def _languages(results: Iterable[ImplementationResult]) -> str:
    return " and ".join(dict.fromkeys(language_name(result.language) for result in results))
