"""The operators of a plan over rows. To add one: its function, and its entry here.

Each takes its node, the rows of its input in their order and the context of the run, and gives rows. What can
give them one by one does, so that nothing is made which `head` does not ask for.
"""

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Any

from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row
from carhound.plan.nodes import (
    Append,
    Bin,
    Chart,
    Dedup,
    Difference,
    Eval,
    EventStats,
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
    Node,
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
    StreamStats,
    SubsearchFilter,
    Table,
    TableRows,
    Tail,
    Top,
)

Operator = Callable[[Any, Iterable[Row], Context], Iterable[Row]]

OPERATORS: dict[type, str] = {
    Append: "joining.appended",
    Bin: "binning.binned",
    Chart: "charting.chart",
    Dedup: "filtering.dedup",
    Difference: "relational.difference",
    Eval: "shaping.evaluated",
    EventStats: "grouping.eventstats",
    Fields: "shaping.projected",
    FillDown: "filling.filldown",
    FillNull: "filling.fillnull",
    Filter: "filtering.filtered",
    Groups: "relational.groups",
    Head: "ordering.head",
    HeadWhile: "ordering.head_while",
    Join: "joining.joined",
    Lookup: "joining.looked_up",
    MakeMv: "multivalue.makemv",
    MvCombine: "multivalue.mvcombine",
    MvExpand: "multivalue.mvexpand",
    NoMv: "multivalue.nomv",
    Pairs: "relational.pairs",
    Rename: "shaping.renamed",
    Replace: "replacing.replaced",
    Reverse: "ordering.backwards",
    Rex: "extracting.rex",
    Sed: "extracting.sed",
    Select: "relational.select",
    Sort: "ordering.sort",
    Stats: "grouping.stats",
    StrCat: "replacing.joined",
    StreamStats: "streaming.streamstats",
    SubsearchFilter: "filtering.by_subsearch",
    Table: "shaping.projected",
    TableRows: "joining.table_rows",
    Tail: "ordering.tail",
    Top: "ranking.top",
}
"""By node, its module here and its function: a run imports those that it uses."""


@cache
def operator(node: type[Node]) -> Operator:
    """The operator of this kind of node."""
    module, _, function = OPERATORS[node].partition(".")
    made: Operator = getattr(import_module(f"{__name__}.{module}"), function)
    return made
