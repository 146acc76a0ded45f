"""The operators of a plan over rows. To add one: its function, and its entry here.

Each takes its node, the rows of its input in their order and the context of the run, and gives rows. What can
give them one by one does, so that nothing is made which `head` does not ask for.
"""

from collections.abc import Callable, Iterable
from typing import Any

from carhound.engines.interpreter.operators import (
    charting,
    filtering,
    grouping,
    joining,
    ordering,
    relational,
    shaping,
    streaming,
)
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row
from carhound.plan.nodes import (
    Append,
    Chart,
    Dedup,
    Difference,
    Eval,
    EventStats,
    Fields,
    Filter,
    Groups,
    Head,
    Join,
    Lookup,
    Pairs,
    Rename,
    Select,
    Sort,
    Stats,
    StreamStats,
    SubsearchFilter,
    Table,
    TableRows,
    Top,
)

Operator = Callable[[Any, Iterable[Row], Context], Iterable[Row]]

OPERATORS: dict[type, Operator] = {
    Append: joining.appended,
    Chart: charting.chart,
    Dedup: filtering.dedup,
    Difference: relational.difference,
    Eval: shaping.evaluated,
    EventStats: grouping.eventstats,
    Fields: shaping.projected,
    Filter: filtering.filtered,
    Groups: relational.groups,
    Head: ordering.head,
    Join: joining.joined,
    Lookup: joining.looked_up,
    Pairs: relational.pairs,
    Rename: shaping.renamed,
    Select: relational.select,
    Sort: ordering.sort,
    Stats: grouping.stats,
    StreamStats: streaming.streamstats,
    SubsearchFilter: filtering.by_subsearch,
    Table: shaping.projected,
    TableRows: joining.table_rows,
    Top: grouping.top,
}
