"""A plan with one written window replaced by another: how a named reading corrects a published one."""

from msgspec.structs import replace

from carhound.model.windows import TimeRange
from carhound.plan.nodes import Append, Join, Node, Scan, SubsearchFilter


def replace_window(plan: Node, was: TimeRange, becomes: TimeRange) -> Node:
    """The plan in which the scans of its subsearches that say `was` say `becomes`; others are kept."""
    if isinstance(plan, Scan):
        return replace(plan, range=becomes) if plan.role == "baseline" and plan.range == was else plan
    below = replace_window(plan.input, was, becomes)
    if isinstance(plan, SubsearchFilter | Append | Join):
        return replace(plan, input=below, subsearch=replace_window(plan.subsearch, was, becomes))
    return replace(plan, input=below)
