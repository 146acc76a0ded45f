"""What operators are told beside their rows."""

from collections.abc import Callable

from msgspec import Struct

from carhound.engines.interpreter.functions.building import Environment
from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.rows import Row
from carhound.plan.nodes import Node


class Context(Struct, frozen=True):
    """One run of a plan."""

    moment: Moment
    subsearch: Callable[[Node], list[Row]]
    """The rows of the plan of a subsearch."""

    @property
    def environment(self) -> Environment:
        """The same for expressions."""
        return Environment(self.moment)
