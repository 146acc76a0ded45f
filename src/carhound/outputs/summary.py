"""What stderr says where the output has no place for it: diagnostics, the verdict, the reasons."""

from carhound.findings.run import Run
from carhound.model.diagnostics import Diagnostic
from carhound.outputs.escape import visible
from carhound.outputs.verdict import verdict
from carhound.outputs.wording import count

_REASONS_SHOWN = 20


def verdict_lines(run: Run) -> list[str]:
    """The verdict, and why the run is not complete."""
    said = verdict(run)
    lines = [f"carhound: {visible(said.sentence)}"]
    lines += [f"  {visible(reason)}" for reason in said.reasons[:_REASONS_SHOWN]]
    if (more := len(said.reasons) - _REASONS_SHOWN) > 0:
        lines.append(f"  and {count(more, 'more reason')}; all are in --format json")
    lines += [f"  {visible(one)}" for one in (said.unseen, said.unused) if one]
    return lines


def diagnostic_lines(run: Run) -> list[str]:
    """Each diagnostic in one line, with the implementations it belongs to."""
    owners: dict[str, list[str]] = {}
    for analytic in run.analytics:
        for diagnostic in analytic.diagnostics:
            owners.setdefault(_line(diagnostic), []).append(analytic.id)
        for result in analytic.implementations:
            for diagnostic in result.diagnostics:
                owners.setdefault(_line(diagnostic), []).append(result.name)
    return [f"{line} [{visible(', '.join(dict.fromkeys(names)))}]" for line, names in owners.items()]


def _line(diagnostic: Diagnostic) -> str:
    place = ""
    if diagnostic.source is not None and (position := diagnostic.position()) is not None:
        place = f"{diagnostic.source.name}:{position[0]}:{position[1]}: "
    affected = "" if diagnostic.count is None else f" ({count(diagnostic.count, 'event')})"
    hint = f"; {diagnostic.hint}" if diagnostic.hint else ""
    return visible(f"{place}{diagnostic.severity} {diagnostic.code}: {diagnostic.message}{affected}{hint}")
