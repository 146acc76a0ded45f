"""What a subsearch that is excluded from a search really compares."""

from collections.abc import Iterator

from carhound.model.diagnostics import Diagnostic
from carhound.plan.columns import columns
from carhound.plan.nodes import Dedup, Node, SubsearchFilter, chain, subsearch_of

_CAP = "10,000 rows and 60 seconds"


def check_baselines(plan: Node) -> Iterator[Diagnostic]:
    """LINT-B1 to B4, for every `NOT [ … ]`."""
    for node in chain(plan):
        if (inner := subsearch_of(node)) is not None:
            yield from check_baselines(inner)
        if isinstance(node, SubsearchFilter) and node.negated:
            yield from _excluded(node)


def _excluded(node: SubsearchFilter) -> Iterator[Diagnostic]:
    fields = [name for name in columns(node.subsearch) or () if not name.startswith("_")]
    if len(fields) == 1:
        (name,) = fields
        message = f"old and new are compared by {name} alone: the same value anywhere makes an event known"
        hint = "add the fields that must be the same too, such as Image"
        yield Diagnostic("LINT-B1", message, "note", node.span, hint=hint)
        message = f"events without {name} are never in the baseline and always kept"
        yield Diagnostic("LINT-B3", message, "note", node.span, hint=f"add {name}=* to leave them out")
    dedups = any(isinstance(one, Dedup) for one in chain(node.subsearch))
    folded = " (dedup goes by letter case, the comparison does not)" if dedups else ""
    message = f"values of the baseline are patterns: any letter case, and a * in one is a wildcard{folded}"
    yield Diagnostic("LINT-B2", message, "note", node.span, hint="read a quiet answer with this in mind")
    message = f"Splunk cuts a subsearch off at {_CAP}, without a word in the result"
    yield Diagnostic("LINT-B4", message, "note", node.span, hint="carhound has no such limit")
