"""Where a lake runs the parts of a plan."""

from pathlib import Path

from carhound.engines.sql.split import Part, split
from carhound.findings.explanation import LakePart
from carhound.lake.store import Lake
from carhound.model.event_table import EventTable
from carhound.pipeline.lakes.libraries import need_lake
from carhound.plan.nodes import Node
from carhound.plan.show_operators import show_operator, show_scan
from carhound.plan.stems import Stem, stems


def table_of(lake: str, catalog: str | None) -> EventTable:
    """The columns of a lake. Raises LakeError, and UsageError without the libraries."""
    need_lake()
    return Lake.open(Path(lake), catalog).table


def lake_parts(plan: Node, table: EventTable) -> tuple[LakePart, ...]:
    """The parts of a plan over a table, in the order in which rows pass them."""
    by_node = {id(stem.node): stem for stem in stems(plan)}
    return tuple(_part(one, by_node.get(id(one.node))) for one in split(plan, table).parts)


def _part(part: Part, stem: Stem | None) -> LakePart:
    if stem is None:
        return LakePart(show_operator(part.node), None, part.engine, part.reasons, part.tags)
    text = show_scan(stem.scan, stem.event_ids())
    return LakePart(text, stem.scan.role, part.engine, part.reasons, part.tags)
