"""The operators of a plan over rows. To add one: its function, and its entry here.

Each takes its node, the rows of its input in their order and the context of the run, and gives rows. What can
give them one by one does, so that nothing is made which `head` does not ask for.
"""

from collections.abc import Callable, Iterable
from typing import Any

from carhound.engines.interpreter.operators import filtering, grouping, ordering, relational, shaping
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row
from carhound.plan.nodes import (
    Append,
    Dedup,
    Difference,
    Eval,
    Fields,
    Filter,
    Groups,
    Head,
    Pairs,
    Rename,
    Select,
    Sort,
    Stats,
    SubsearchFilter,
    Table,
    Top,
)

Operator = Callable[[Any, Iterable[Row], Context], Iterable[Row]]

OPERATORS: dict[type, Operator] = {
    Append: relational.append,
    Dedup: filtering.dedup,
    Difference: relational.difference,
    Eval: shaping.evaluated,
    Fields: shaping.projected,
    Filter: filtering.filtered,
    Groups: relational.groups,
    Head: ordering.head,
    Pairs: relational.pairs,
    Rename: shaping.renamed,
    Select: relational.select,
    Sort: ordering.sort,
    Stats: grouping.stats,
    SubsearchFilter: filtering.by_subsearch,
    Table: shaping.projected,
    Top: grouping.top,
}
