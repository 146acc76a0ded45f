"""What mutants of the hits say of each implementation's clauses: named are those that none turns."""

from carhound.findings.checks import AnalyticChecks, ClauseReport, Clauses
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.wording import count


def show_clauses(page: Page, analytic: AnalyticChecks) -> None:
    """A line for each implementation that some case hit, and each clause that no mutant turns."""
    if not analytic.cases:
        return
    page.blank()
    page.line(("Clauses", "bold"), ", tried with mutants of the hits", indent=2)
    tried = {one.implementation: one for one in analytic.clauses}
    width = max(evidence(name).cell_len for name, _ in analytic.implementations) + 2
    for name, _ in analytic.implementations:
        one = tried.get(name)
        said = _summary(one) if one is not None else "no case hits it: nothing to mutate"
        label = evidence(name)
        label.append(" " * (width - label.cell_len))
        page.line(label, said, indent=2, hang=4)
        for clause in one.unturned if one is not None else ():
            _show_unturned(page, clause)


def _summary(one: Clauses) -> str:
    total, unturned = len(one.clauses), len(one.unturned)
    turned = "all turned" if not unturned else f"{total - unturned:,} turned"
    return f"{count(total, 'clause')}, {turned} ({count(one.hits, 'hit')}, {count(one.mutants, 'mutant')})"


def _show_unturned(page: Page, clause: ClauseReport) -> None:
    place = "" if clause.clause.line is None else f"  [line {clause.clause.line}:{clause.clause.column}]"
    page.line(
        ("- ", "bold yellow"),
        "no mutant turns this clause: ",
        evidence(clause.clause.text),
        evidence(place, "dim"),
        indent=4,
        hang=6,
    )
    if clause.covered_by is not None:
        other = clause.covered_by
        does = "lets through" if clause.branch else "rejects"
        page.line(
            f"every mutant that it {does}, line ",
            evidence(f"{other.line}:{other.column}: {other.text}"),
            f" {does} as well",
            indent=6,
            hang=8,
        )
