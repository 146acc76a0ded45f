"""What the names of a program stand for: relations, and how their fields are read."""

from msgspec import Struct

from carhound.model.diagnostics import Span
from carhound.plan.nodes import Node


class Relation(Struct, frozen=True):
    """Rows with a name."""

    node: Node
    objects: tuple[str, ...]
    """The CAR objects its rows are events of; none where they are rows of columns alone."""
    span: Span
    columns: tuple[str, ...] = ()
    """The columns that commands made."""
    grouped: bool = False
    """Whether an aggregate of it counts by group."""
