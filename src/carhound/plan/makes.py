"""The names under which operators put values of their own beside those of the events."""

from carhound.plan.nodes import Eval, EventStats, Node, Rename, StreamStats


def makes(node: Node) -> tuple[str, ...]:
    """The names that an operator gives to values it makes, in order."""
    match node:
        case Rename(_, pairs):
            return tuple(new for _, new in pairs)
        case Eval(_, assignments):
            return tuple(name for name, _ in assignments)
        case EventStats(_, aggregations) | StreamStats(_, aggregations):
            return tuple(one.column for one in aggregations)
        case _:
            return ()
