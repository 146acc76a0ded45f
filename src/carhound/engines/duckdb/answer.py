"""A whole plan over files of events: as much as SQL can say in DuckDB, the rest on the interpreter."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlglot import exp

from carhound.engines.duckdb.files import EventFiles
from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.execution import Result, run
from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.operators.ranking import ranked_row
from carhound.engines.interpreter.rows import Row
from carhound.engines.sql import aggregates
from carhound.engines.sql.aggregates import by_column, value_column
from carhound.engines.sql.columns import alias, native, present
from carhound.engines.sql.relations import Relations
from carhound.engines.sql.split import operators, split
from carhound.engines.sql.stems import odd_rows
from carhound.model.event import Cell, Event
from carhound.model.event_table import RECORD_COLUMNS
from carhound.model.names import NATIVE_ALIASES
from carhound.plan.nodes import Node, Stats, Top, subsearch_of
from carhound.plan.predicates import All
from carhound.plan.reads import fields_read
from carhound.plan.stems import Stem, stems

AsEvent = Callable[[Mapping[str, Any]], Event]
"""Makes the event of a row with the columns `RECORD_COLUMNS`, its `sequence` included."""


def answer(plan: Node, files: EventFiles, moment: Moment, as_event: AsEvent) -> Result:
    """What the plan gives over the events of the files: what the interpreter would give over all of them.

    `Result.entered` is empty where SQL ran the first transforming command. Raises LakeError.
    """
    answering = _Answering(files, moment, as_event)
    answering.take(plan)
    result = run(plan, answering.hits, moment, answering.made)
    result.aliases |= answering.aliases
    return result


class _Answering:
    def __init__(self, files: EventFiles, moment: Moment, as_event: AsEvent) -> None:
        self.files = files
        self.moment = moment
        self.as_event = as_event
        self.aliases: set[str] = set()
        """Those of rows that SQL ran over."""
        self.hits: dict[int, list[Event]] = {}
        self.made: dict[int, list[Row]] = {}

    def take(self, plan: Node) -> None:
        """Gets from the files what the interpreter needs for a plan."""
        stem = stems(plan)[0]
        above = operators(plan, stem)
        pushed = split(plan, self.files.table).pushed
        if pushed is not None and not any(map(self._odd_match, stems(pushed))):
            self.made[id(pushed)] = self._run(pushed)
            above = above[above.index(pushed) + 1 :]
        else:
            self.hits[id(stem.node)] = self._hits(stem)
        for node in above:
            if (inner := subsearch_of(node)) is not None:
                self.take(inner)

    def _hits(self, stem: Stem) -> list[Event]:
        holds = condition(All(stem.conditions))
        found = map(self.as_event, self.files.matches(stem, self.moment.window(stem.scan)))
        return [event for event in found if holds(Row(event))]

    def _odd_match(self, stem: Stem) -> bool:
        """Whether an event matches of which the columns do not say all."""
        query = odd_rows(stem, self.files.table, self.moment.window(stem.scan), RECORD_COLUMNS)
        holds = condition(All(stem.conditions))
        return any(holds(Row(self.as_event(row))) for row in self.files.rows(query))

    def _run(self, node: Node) -> list[Row]:
        table = self.files.table
        relations = Relations(node, table, self.moment.window)
        match node:
            case Stats(source):
                before = relations.of(source)
                query = relations.finish(aggregates.stats(node, before, table))
                rows = [_stats_row(node, found) for found in self.files.rows(query)]
            case Top(source):
                before = relations.of(source)
                query = relations.finish(aggregates.top(node, before, table))
                rows = [_top_row(node, found) for found in self.files.rows(query)]
            case _:
                before = relations.of(node)
                wanted = (exp.column(name, quoted=True) for name in RECORD_COLUMNS)
                query = relations.finish(before.select(*wanted).order_by(*before.order))
                rows = [Row(self.as_event(found)) for found in self.files.rows(query)]
        self._tell_aliases(node, relations.finish(before.select()))
        return rows

    def _tell_aliases(self, node: Node, rows: exp.Select) -> None:
        """Tells of the aliases that served one of the rows."""
        table = self.files.table
        names = [one.field.name for one in fields_read(node) if alias(table, one.field) is not None]
        if not names:
            return
        for at, name in enumerate(names):
            missing = exp.not_(present(native(table, name)))
            served = exp.and_(missing, present(native(table, NATIVE_ALIASES[name].field)))
            rows = rows.select(exp.alias_(exp.LogicalOr(this=served), value_column(at)))
        (found,) = self.files.rows(rows)
        for at, name in enumerate(names):
            if found[value_column(at)]:
                self.aliases.add(name)


def _stats_row(node: Stats, found: Mapping[str, Any]) -> Row:
    columns: dict[str, Cell] = {one.name: found[by_column(at)] for at, one in enumerate(node.by)}
    for at, one in enumerate(node.aggregations):
        value = found[value_column(at)]
        columns[one.column] = tuple(sorted(value)) if isinstance(value, list) else value
    return Row(None, columns)


def _top_row(node: Top, found: Mapping[str, Any]) -> Row:
    key = tuple(found[by_column(at)] for at in range(len(node.fields)))
    return ranked_row(node, key, found[value_column(0)], found[value_column(1)])
