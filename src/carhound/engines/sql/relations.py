"""The operators of a plan as queries over events, up to the first that does not give whole events.

Odd rows are left out: whoever runs these queries has to see first that none of them is a match.
"""

from collections.abc import Callable

from msgspec import Struct
from sqlglot import exp

from carhound.engines.sql.columns import EVENTS, column, is_null, present, read
from carhound.engines.sql.conditions import Conditions
from carhound.engines.sql.numbers import number
from carhound.engines.sql.stems import filter_of, scope
from carhound.engines.sql.text import folded, holds, matches_value
from carhound.engines.sql.unsayable import Unsayable
from carhound.model.event_table import EventTable
from carhound.model.windows import Window
from carhound.plan.nodes import Dedup, Fields, Filter, Head, Node, Scan, Sort, SortKey, SubsearchFilter, Table
from carhound.plan.predicates import Field
from carhound.plan.stems import Stem, stems

Windows = Callable[[Scan], Window]


class Relation(Struct, frozen=True):
    """Rows of the table, under all of its columns, and how they are ordered."""

    rows: exp.Select
    order: tuple[exp.Expr, ...]

    def select(self, *columns: exp.Expr) -> exp.Select:
        """The columns of the rows, without order."""
        return exp.select(*columns).from_(self.rows.subquery(EVENTS))

    def where(self, condition: exp.Expr) -> "Relation":
        """The rows on which a condition holds."""
        return Relation(self.select(exp.Star()).where(condition, copy=False), self.order)

    def first(self, count: int) -> "Relation":
        """The first rows."""
        return Relation(self.select(exp.Star()).order_by(*self.order).limit(count), self.order)


class Relations:
    """Translates the operators of one plan. Every method raises Unsayable for what SQL cannot say."""

    def __init__(self, plan: Node, table: EventTable, windows: Windows) -> None:
        self.table = table
        self._windows = windows
        self._stems: dict[int, Stem] = {id(stem.node): stem for stem in stems(plan)}
        self._shared: list[tuple[str, exp.Select]] = []

    def of(self, node: Node) -> Relation:
        """The rows that come out of an operator."""
        if (stem := self._stems.get(id(node))) is not None:
            return self._stem(stem)
        match node:
            case Filter(source, predicate):
                before = self.of(source)
                conditions = Conditions(self.table)
                condition = conditions.of(predicate)
                _all_said(tuple(conditions.reasons))
                return before.where(condition)
            case SubsearchFilter(source):
                return self._subsearch(node, self.of(source))
            case Dedup(source):
                return self._dedup(node, self.of(source))
            case Sort(source, keys, limit):
                before = self.of(source)
                order = tuple(one for key in keys for one in self._key(key)) + before.order
                ordered = Relation(before.rows, order)
                return ordered if limit is None else ordered.first(limit)
            case Head(source, count):
                return self.of(source).first(count)
            case _:
                raise Unsayable("what stands above the events is left to the interpreter")

    def finish(self, query: exp.Select) -> exp.Select:
        """A query with the subsearches that it refers to."""
        for name, shared in self._shared:
            query = query.with_(name, as_=shared)
        return query

    def _stem(self, stem: Stem) -> Relation:
        said = filter_of(stem, self.table)
        _all_said(said.reasons)
        within = scope(stem, self.table, self._windows(stem.scan))
        rows = (
            exp.select("*").from_(EVENTS).where(within, exp.not_(column("odd")), said.condition, copy=False)
        )
        newest = exp.Ordered(this=column("time"), desc=True, nulls_first=False)
        return Relation(rows, (newest, exp.Ordered(this=column("sequence"))))

    def _dedup(self, node: Dedup, before: Relation) -> Relation:
        if node.keep_events or node.keep_empty or node.consecutive:
            raise Unsayable("the options of dedup are left to the interpreter")
        keys = [read(self.table, one) for one in node.fields]
        number_of = exp.Window(
            this=exp.RowNumber(), partition_by=keys, order=exp.Order(expressions=list(before.order))
        )
        known = before.where(exp.and_(*(present(key.copy()) for key in keys), copy=False))
        kept = exp.LTE(this=number_of, expression=exp.Literal.number(node.keep))
        rows = known.rows
        rows.set("qualify", exp.Qualify(this=kept))
        return Relation(rows, before.order)

    def _key(self, key: SortKey) -> list[exp.Expr]:
        """Missing values last, either way; numbers by size stand before texts by code point."""
        if key.kind != "auto":
            raise Unsayable(f"values are sorted as {key.kind} by the interpreter")
        if key.field == Field("_time"):
            return [exp.Ordered(this=column("time"), desc=key.descending, nulls_first=False)]
        value = read(self.table, key.field)
        of_text = exp.Case(ifs=[exp.If(this=is_null(number(value)), true=value.copy())])
        keys = [is_null(number(value)), number(value), of_text]
        ordered = [exp.Ordered(this=one, desc=key.descending, nulls_first=False) for one in keys]
        return [exp.Ordered(this=is_null(value.copy())), *ordered]

    def _subsearch(self, node: SubsearchFilter, before: Relation) -> Relation:
        names, baseline = self._asked(node.subsearch)
        table = f"subsearch_{len(self._shared)}"
        values = [folded(read(self.table, Field(name))) for name in names]
        keys = [exp.column(f"key_{at}", table=table, quoted=True) for at in range(len(names))]
        rows = baseline.select(
            *(exp.alias_(value, key.name, quoted=True) for value, key in zip(values, keys, strict=True))
        )
        rows = rows.where(*(present(read(self.table, Field(name))) for name in names)).distinct()
        self._shared.append((table, rows))
        wild = exp.paren(exp.or_(*(holds(key.copy(), "*") for key in keys)))
        same = [
            exp.EQ(this=key.copy(), expression=value.copy()) for key, value in zip(keys, values, strict=True)
        ]
        like = [matches_value(value.copy(), key.copy()) for key, value in zip(keys, values, strict=True)]
        found = [
            exp.Exists(this=exp.select("1").from_(exp.to_table(table)).where(*conditions))
            for conditions in ([exp.not_(wild), *same], [wild.copy(), *like])
        ]
        if node.negated:
            return before.where(exp.and_(*(exp.not_(one) for one in found)))
        return before.where(exp.or_(*found))

    def _asked(self, subsearch: Node) -> tuple[tuple[str, ...], Relation]:
        """The fields that every row of a subsearch asks for, and the events whose values they are."""
        if not isinstance(subsearch, Table | Fields) or (isinstance(subsearch, Fields) and subsearch.remove):
            raise Unsayable("a subsearch that does not end in table or fields is left to the interpreter")
        asked = dict.fromkeys(name for name in subsearch.names if not name.startswith("_"))
        names, source = tuple(asked), subsearch.input
        if not names or any("*" in name for name in names):
            raise Unsayable("a subsearch without fields by name is left to the interpreter")
        keys = (
            {one.name for one in source.fields if one.view == "native"}
            if isinstance(source, Dedup) and not source.keep_empty
            else set()
        )
        if not isinstance(source, Dedup) or not keys.issuperset(names):
            if len(names) > 1:
                raise Unsayable("a subsearch over several fields, of which some may be missing in a row")
            return names, self.of(source)
        # Which row of a combination is kept makes no difference to its values.
        known = [present(read(self.table, one)) for one in source.fields]
        return names, self.of(source.input).where(exp.and_(*known))


def _all_said(reasons: tuple[str, ...]) -> None:
    if reasons:
        raise Unsayable("; ".join(reasons))
