"""The operators of a plan over rows. To add one: its function, and its entry here.

Each takes its node, the rows of its input in their order and the context of the run, and gives rows. What can
give them one by one does, so that nothing is made which `head` does not ask for.
"""

from collections.abc import Callable, Iterable
from typing import Any

from carhound.engines.interpreter.operators import (
    binning,
    extracting,
    filling,
    filtering,
    grouping,
    joining,
    multivalue,
    ordering,
    ranking,
    relational,
    replacing,
    shaping,
)
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row
from carhound.plan.nodes import (
    Append,
    Bin,
    Dedup,
    Difference,
    Eval,
    Fields,
    FillDown,
    FillNull,
    Filter,
    Groups,
    Head,
    HeadWhile,
    Join,
    Lookup,
    MakeMv,
    MvCombine,
    MvExpand,
    NoMv,
    Pairs,
    Rename,
    Replace,
    Reverse,
    Rex,
    Sed,
    Select,
    Sort,
    Stats,
    StrCat,
    SubsearchFilter,
    Table,
    TableRows,
    Tail,
    Top,
)

Operator = Callable[[Any, Iterable[Row], Context], Iterable[Row]]

OPERATORS: dict[type, Operator] = {
    Bin: binning.binned,
    Append: joining.appended,
    Dedup: filtering.dedup,
    Difference: relational.difference,
    Eval: shaping.evaluated,
    Fields: shaping.projected,
    FillDown: filling.filldown,
    FillNull: filling.fillnull,
    Filter: filtering.filtered,
    Groups: relational.groups,
    Head: ordering.head,
    HeadWhile: ordering.head_while,
    MakeMv: multivalue.makemv,
    MvCombine: multivalue.mvcombine,
    MvExpand: multivalue.mvexpand,
    NoMv: multivalue.nomv,
    Join: joining.joined,
    Lookup: joining.looked_up,
    Pairs: relational.pairs,
    Rename: shaping.renamed,
    Replace: replacing.replaced,
    Reverse: ordering.backwards,
    Rex: extracting.rex,
    Sed: extracting.sed,
    Select: relational.select,
    Sort: ordering.sort,
    Stats: grouping.stats,
    StrCat: replacing.joined,
    SubsearchFilter: filtering.by_subsearch,
    Table: shaping.projected,
    Tail: ordering.tail,
    Top: ranking.top,
    TableRows: joining.table_rows,
}
