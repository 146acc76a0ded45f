"""A plan that lets through only what is new: its matches, less those whose key it matched in the days before.

The nodes are those of `NOT [ search … | dedup KEY | fields KEY ]`, the form of the published "New items since
last month" of CAR-2019-04-002, with the windows of its corrected reading: the main search looks at yesterday
and today so far, the baseline at the days right before. So each day of a backfill is held against the days
before it.
"""

import re

from msgspec.structs import replace

from carhound.model.windows import TimeRange
from carhound.plan.nodes import Dedup, Fields, Filter, Node, Scan, SubsearchFilter, scans
from carhound.plan.predicates import Field
from carhound.plan.stems import stems

MAIN = TimeRange("-1d@d", "now")
"""The window of a main search that states none."""

_RELATIVE = re.compile(r"(?:now)?(?:[+-]\d*[a-z]+|@[a-z]+[0-7]?)+", re.ASCII)


def has_baseline(plan: Node) -> bool:
    """Whether the text itself compares with a window of its own: a subsearch that states a time."""
    return any(scan.role == "baseline" and scan.range.written for scan in scans(plan))


def baseline_range(main: TimeRange, days: int) -> TimeRange | None:
    """The range of so many days right before that of a main search.

    None where the main search's range has no beginning, or an absolute one that cannot be reckoned from.
    """
    if not main.written:
        return TimeRange(f"-{days + 1}d@d", "-1d@d")
    if main.earliest is None or not _RELATIVE.fullmatch(main.earliest):
        return None
    return TimeRange(f"{main.earliest}-{days}d", main.earliest)


def novel(plan: Node, days: int, key: tuple[Field, ...]) -> Node | None:
    """The plan with an anti-join on the key right above its main search, below what aggregates.

    Matches that lack a field of the key are let through, as the published text lets them. All fields of the
    key are of one view. None where the main search states a range that no baseline can precede.
    """
    main = stems(plan)[0]
    baseline = baseline_range(main.scan.range, days)
    if baseline is None:
        return None
    # What states no time in the text has no place there.
    scan = main.scan if main.scan.range.written else replace(main.scan, range=MAIN, span=None)
    known = _on(main.node, replace(main.scan, role="baseline", range=baseline, span=None))
    names, view = tuple(field.name for field in key), key[0].view
    known = Fields(Dedup(known, key), names, view=view)
    return _above(plan, main.node, SubsearchFilter(_on(main.node, scan), known, negated=True, view=view))


def _on(stem: Node, scan: Scan) -> Node:
    """The filters of a stem over another scan."""
    if not isinstance(stem, Filter):
        return scan
    return replace(stem, input=_on(stem.input, scan))


def _above(plan: Node, stem: Node, becomes: Node) -> Node:
    """The plan with another node in the place of its stem."""
    if plan is stem or isinstance(plan, Scan):
        return becomes
    return replace(plan, input=_above(plan.input, stem, becomes))
