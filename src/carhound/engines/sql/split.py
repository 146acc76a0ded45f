"""Which part of a plan SQL runs, and which the interpreter."""

from typing import Literal

from msgspec import Struct

from carhound.engines.sql import aggregates
from carhound.engines.sql.relations import Relations
from carhound.engines.sql.stems import filter_of
from carhound.engines.sql.unsayable import Unsayable
from carhound.model.event_table import EventTable
from carhound.model.windows import NO_BOUNDS
from carhound.plan.nodes import Node, Stats, Tabular, Top, chain, subsearch_of
from carhound.plan.stems import Stem, stems

Engine = Literal["sql", "both", "interpreter"]
"""Both: SQL lets through what may match, the interpreter decides."""


class Part(Struct, frozen=True):
    """A stem or one operator above it, and where it runs."""

    node: Node
    engine: Engine
    reasons: tuple[str, ...] = ()
    """Why not in SQL alone."""
    tags: tuple[str, ...] = ()
    """For a stem, the literals by whose tag columns row groups are left out."""


class Split(Struct, frozen=True):
    """The parts of a plan, in the order in which rows pass them; those of a subsearch before its filter."""

    parts: tuple[Part, ...]
    pushed: Node | None
    """The highest operator of the main search, above its stem, that SQL runs with all below it.

    Where an odd event is a match the interpreter runs it all the same.
    """


def split(plan: Node, table: EventTable) -> Split:
    """Which part of a plan over a table runs where."""
    stem = stems(plan)[0]
    above = operators(plan, stem)
    filtered = filter_of(stem, table)
    parts = [Part(stem.node, "sql" if filtered.exact else "both", filtered.reasons, filtered.tags)]
    pushed: Node | None = None
    said = filtered.exact
    for node in above:
        reason = _not_said(plan, node, table) if said else "it stands above what the interpreter decides"
        if (inner := subsearch_of(node)) is not None:
            parts += split(inner, table).parts
        if reason is None:
            pushed = node
            parts.append(Part(node, "sql"))
        else:
            parts.append(Part(node, "interpreter", (reason,)))
        # What an aggregate gives is no event.
        said = reason is None and not isinstance(node, Tabular)
    return Split(tuple(parts), pushed)


def operators(plan: Node, stem: Stem) -> list[Node]:
    """The operators above a stem, the lowest first."""
    path = chain(plan)
    return path[next(at for at, node in enumerate(path, 1) if node is stem.node) :]


def _not_said(plan: Node, node: Node, table: EventTable) -> str | None:
    relations = Relations(plan, table, lambda _: NO_BOUNDS)
    try:
        match node:
            case Stats(source):
                aggregates.stats(node, relations.of(source), table)
            case Top(source):
                aggregates.top(node, relations.of(source), table)
            case _:
                relations.of(node)
    except Unsayable as problem:
        return problem.reason
    return None
