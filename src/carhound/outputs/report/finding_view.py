"""A finding as the page shows it: what stands in its line, and what else is known of it."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from carhound.findings.lineage.tree import Tree
from carhound.findings.run import LEFT_OUT_LATER, Finding, ImplementationResult, Run, TwinDifference
from carhound.outputs.finding_fields import FindingFields, fields_of, text
from carhound.outputs.report.drawing import Drawing
from carhound.outputs.report.tree_svg import outline, tree_drawing
from carhound.outputs.wording import count

TREES = 1_000
"""Trees drawn: they are most of a large page."""

_OTHER_FIELDS = 6


class FindingView(Struct, frozen=True):
    """One finding."""

    number: int
    finding: Finding
    fields: FindingFields
    chain: tuple[str, str, str]
    """Who, what it did, and to whom: paths, or what is known in their place."""
    others: tuple[tuple[str, str], ...]
    """The first fields of an event that is neither of a process nor of a module."""
    remarks: tuple[str, ...]
    """What to hold against it before it is believed: silent hosts, twins that differ."""
    tree: Drawing | None
    outline: str | None
    tree_of: int | None
    """The finding with which the same tree is drawn, where it is drawn once only."""


def finding_views(run: Run, shown: Iterable[Finding], numbers: Mapping[str, int]) -> Iterator[FindingView]:
    """Those findings in order; `numbers` are theirs by id."""
    results = {(one.id, result.name): result for one in run.analytics for result in one.implementations}
    differences = _differences(run)
    drawn: dict[Tree, int] = {}
    for finding in shown:
        number = numbers[finding.id]
        first = None
        if finding.tree is not None and (finding.tree in drawn or len(drawn) < TREES):
            first = drawn.setdefault(finding.tree, number)
        fresh = finding.tree if first == number else None
        found_by = [
            results[key] for name in finding.implementations if (key := (finding.analytic, name)) in results
        ]
        fields = fields_of(finding)
        chain = _chain(finding, fields)
        yield FindingView(
            number,
            finding,
            fields,
            chain,
            () if chain[1] else _others(finding),
            (*_silences(finding, found_by), *differences.get((finding.analytic, finding.id), ())),
            None if fresh is None else tree_drawing(fresh, numbers),
            None if fresh is None else outline(fresh),
            first if fresh is None else None,
        )


def _chain(finding: Finding, fields: FindingFields) -> tuple[str, str, str]:
    if fields.image_loaded is not None:
        return fields.image or "image not recorded", "loads", fields.image_loaded
    if finding.object == "process/create" or (fields.image and fields.parent_image):
        return fields.parent_image or "parent not recorded", "→", fields.image or "image not recorded"
    kind = finding.object or f"{finding.provider or 'provider unknown'} event {finding.event_id or 'unknown'}"
    return kind, "", fields.image or ""


def _others(finding: Finding) -> tuple[tuple[str, str], ...]:
    known = {"image_path", "command_line", "parent_command_line", "user"}
    others = [(name, text(value)) for name, value in finding.car.items() if name not in known]
    return tuple(others[:_OTHER_FIELDS])


def _silences(finding: Finding, found_by: Iterable[ImplementationResult]) -> Iterator[str]:
    """What the baselines that it was held against do not know of its host."""
    for result in found_by:
        for window in result.windows:
            if window.silence is not None and (days := window.silence.of(finding.computer)):
                of = f"{days} of {count(window.silence.days, 'day')}"
                why = "what looks new there may be old"
                yield f"its host was silent on {of} of the baseline of {result.name}: {why}"


def _differences(run: Run) -> dict[tuple[str, str], list[str]]:
    """Why a twin leaves an event out, by analytic and finding."""
    said: dict[tuple[str, str], list[str]] = {}
    for analytic in run.analytics:
        for twins in analytic.twins:
            for other, differs in ((twins.pseudocode, twins.only_spl), (twins.spl, twins.only_pseudocode)):
                for one in differs:
                    said.setdefault((analytic.id, one.finding), []).append(difference_text(other, one))
    return said


def difference_text(other: str, difference: TwinDifference) -> str:
    """Why the implementation `other` leaves an event out."""
    if difference.clause == LEFT_OUT_LATER:
        return f"a later command of {other} leaves it out"
    met = "no value meets it" if difference.value is None else f'it met "{difference.value}"'
    return f"{other} fails at {difference.clause}: {met}"
