"""The clauses of each implementation, tried with mutants of what the cases hit."""

from msgspec import Struct, field

from carhound.engines.interpreter.mutants import MutantRun, distinct
from carhound.findings.checks import ClauseReport, Clauses
from carhound.model.diagnostics import Source
from carhound.normalize.altered import altered, sources_of
from carhound.pipeline.checking.case_cells import clause_place
from carhound.pipeline.checking.case_run import JudgedCase
from carhound.plan.predicates import covering

_HITS = 10
"""Hits of one case that are mutated for one implementation: more of the same kind show little more."""


class _Trial(Struct):
    code: Source
    run: MutantRun
    hits: list[str] = field(default_factory=list)
    """By number of a hit, the name of its case."""


class ClauseChecks:
    """Collects hits from case to case."""

    def __init__(self) -> None:
        self._trials: dict[str, _Trial] = {}

    def add(self, judged: JudgedCase) -> None:
        """Mutates what the main searches let through, whatever its time."""
        for one in judged.implementations:
            if one.plan is None or one.number is None:
                continue
            implementation = one.implementation
            trial = self._trials.get(implementation.name)
            if trial is None:
                run = MutantRun(one.plan, altered, sources_of)
                trial = self._trials[implementation.name] = _Trial(implementation.code, run)
            for event in distinct(one.plan, judged.collector.main_hits(one.number), _HITS):
                trial.run.add(len(trial.hits), event)
                trial.hits.append(judged.case.title)

    def reports(self) -> tuple[Clauses, ...]:
        """What the mutants say, for implementations that some case hit."""
        return tuple(_report(name, trial) for name, trial in self._trials.items() if trial.hits)


def _report(name: str, trial: _Trial) -> Clauses:
    tried = trial.run.tried()
    reports = []
    for verdict in tried.verdicts:
        hit, change = (None, None) if verdict.turned is None else tried.witnesses[verdict.turned]
        reports.append(
            ClauseReport(
                clause_place(trial.code, covering(verdict.clause)),
                verdict.branch,
                verdict.turned is not None,
                change,
                None if hit is None else trial.hits[hit],
                None if verdict.covered is None else clause_place(trial.code, covering(verdict.covered)),
            )
        )
    return Clauses(name, len(trial.hits), tried.mutants, tuple(reports))
