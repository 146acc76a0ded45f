"""Commands that make relations of relations: `group`, `from … select`, `join`, difference, aggregates."""

from collections.abc import Callable, Iterable

from carhound.languages.pseudocode.binding import TIMES, Scope, fields_of, unsupported
from carhound.languages.pseudocode.comparisons import lower_condition
from carhound.languages.pseudocode.relations import Relation
from carhound.languages.pseudocode.remarks import Remarks
from carhound.languages.pseudocode.syntax import (
    Aggregate,
    Both,
    Bracket,
    Comparison,
    Condition,
    Difference,
    Group,
    Item,
    Join,
    MaxGap,
    Membership,
    Name,
    Path,
    Select,
    Top,
)
from carhound.languages.pseudocode.terms import seconds
from carhound.model.diagnostics import Span
from carhound.model.suggestion import nearest
from carhound.plan import aggregates, nodes
from carhound.plan.nodes import Aggregation
from carhound.plan.predicates import Field, Present

GROUP = "group"
"""The column with the number of a row's group."""

_FUNCTIONS = {"average": "avg", "distinct": "dc", "unique": "dc"}

Find = Callable[[Name], Relation]


def scope_of(remarks: Remarks, name: str | None, of: Relation, others: Iterable[str] = ()) -> Scope:
    """What names mean in a condition on a relation."""
    return Scope(remarks, of.objects, name, frozenset(others) - {name}, of.columns)


def group(value: Group, find: Find, remarks: Remarks) -> Relation:
    """Rows of one or more relations, put together by fields."""
    first, *more = [find(name) for name in value.sources]
    rows = first
    for other in more:
        rows = union(rows, other, value.span)
    scope = scope_of(remarks, value.sources[0].text, rows)
    by = tuple(scope.field(Path((name.text,), name.span)) for name in value.by)
    gap = None
    if isinstance(value.where, MaxGap):
        gap = seconds(value.where.longest)
    elif value.where is not None:
        raise unsupported(remarks, "a condition on a group", value.span)
    node = nodes.Groups(rows.node, by, gap, value.span)
    columns = dict.fromkeys((GROUP, *(field.name for field in by), *rows.columns))
    return Relation(node, rows.objects, value.span, tuple(columns), grouped=True)


def union(one: Relation, other: Relation, span: Span) -> Relation:
    """The rows of one relation, then those of another."""
    objects = tuple(dict.fromkeys(one.objects + other.objects))
    columns = tuple(dict.fromkeys(one.columns + other.columns))
    return Relation(nodes.Append(one.node, other.node, span), objects, span, columns)


def difference(value: Difference, find: Find) -> Relation:
    """The rows of one relation that are not in the other."""
    left, right = find(value.left), find(value.right)
    node = nodes.Difference(left.node, right.node, value.span)
    return Relation(node, left.objects, value.span, left.columns, left.grouped)


def select(value: Select, find: Find, remarks: Remarks) -> Relation:
    """Columns of a relation; with a function one row for each group, or one row of all."""
    source = find(value.source)
    scope = scope_of(remarks, value.source.text, source)
    names = tuple(_column(item) for item in value.items)
    if not any(item.function for item in value.items):
        made = tuple((name, scope.field(item.path)) for name, item in zip(names, value.items, strict=True))
        node: nodes.Node = nodes.Select(source.node, made, value.span)
        return Relation(node, (), value.span, names)
    by = (Field(GROUP),) if source.grouped else ()
    aggregations = tuple(
        _aggregation(item, name, scope, remarks) for item, name in zip(value.items, names, strict=True)
    )
    node = nodes.Table(nodes.Stats(source.node, aggregations, by, value.span), names, value.span)
    return Relation(node, (), value.span, names)


def _column(item: Item) -> str:
    path = ".".join(item.path.parts)
    return item.alias.text if item.alias else f"{item.function.text}({path})" if item.function else path


def _aggregation(item: Item, name: str, scope: Scope, remarks: Remarks) -> Aggregation:
    function, rank = ("values", None) if item.function is None else _function(item.function, remarks)
    return Aggregation(function, _counted(item.path, scope), name, rank=rank)


def _counted(path: Path, scope: Scope) -> Field | None:
    """The field that is aggregated; None for the relation itself, whose rows are counted."""
    return None if path.parts == (scope.relation,) else scope.field(path)


def _function(name: Name, remarks: Remarks) -> tuple[str, float | None]:
    """The aggregate that a program means, and its rank."""
    written = _FUNCTIONS.get(name.text.lower(), name.text)
    found = aggregates.find(written)
    if found is None:
        near = nearest(written.lower(), aggregates.spellings())
        hint = f"did you mean {near}?" if near else "there are count, dc, min, max, avg, sum, values, …"
        raise remarks.fail("PS-U1", f"not evaluated: the aggregate `{name.text}`", name.span, hint)
    return found


def aggregate(value: Aggregate, find: Find, remarks: Remarks) -> Relation:
    """`count(a) by exe`: a row for each value; without `by` a single one."""
    name, *rest = value.path.parts
    source = find(Name(name, value.path.span))
    scope = scope_of(remarks, name, source)
    by = () if value.by is None else (scope.field(Path((value.by.text,), value.by.span)),)
    column = f"{value.function.text}({'.'.join(rest or (name,))})"
    field = _counted(value.path, scope)
    function, rank = _function(value.function, remarks)
    if field is None and function != "count":
        hint = f"write {value.function.text}({name}.FIELD)"
        raise remarks.fail("PS-P1", f"{value.function.text} needs a field", value.path.span, hint)
    node = nodes.Stats(source.node, (Aggregation(function, field, column, rank=rank),), by, value.span)
    return Relation(node, (), value.span, (*(one.name for one in by), column))


def join(value: Join, find: Find, remarks: Remarks) -> Relation:
    """Pairs of rows, one of each relation, on which the condition holds."""
    if len(value.sources) != 2:
        raise unsupported(remarks, "a join of more than two relations at once", value.span)
    one, other = value.sources
    if one.text == other.text:
        raise unsupported(remarks, "a join of a relation with itself under one name", value.span)
    left, right = find(one), find(other)
    columns = tuple(
        f"{name.text}.{field}" for name, of in ((one, left), (other, right)) for field in _names(of)
    )
    keys = _keys(value.where, (one.text, other.text))
    pairs = nodes.Pairs(left.node, right.node, (one.text, other.text), keys, value.span)
    made = Relation(pairs, (), value.span, columns)
    condition = lower_condition(value.where, scope_of(remarks, None, made))
    return Relation(nodes.Filter(pairs, condition, value.span), (), value.span, columns)


def _names(of: Relation) -> list[str]:
    times = sorted(TIMES) if of.objects else []
    return [*sorted(fields_of(of.objects)), *times, *of.columns]


def _keys(condition: Condition, names: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Columns of either side that the condition says are equal: pairs that differ there need not be made."""
    found = []
    for part in condition.items if isinstance(condition, Both) else (condition,):
        match part:
            case Comparison((Path((first, *one)), Path((second, *other))), ("==",)):
                sides = {first: ".".join(one), second: ".".join(other)}
                if set(sides) == set(names):
                    found.append((sides[names[0]], sides[names[1]]))
    return tuple(pair for pair in found if not TIMES & set(pair))


def among_commonest(test: Membership, of: Relation, node: nodes.Node, scope: Scope) -> nodes.Node:
    """The rows of a relation whose field has one of its commonest values; negated, one and none of those."""
    if not isinstance(test.among, Top) or not isinstance(test.operand, Path | Bracket):
        raise unsupported(scope.remarks, "`in TOP` of a value", test.span)
    field = scope.field(test.operand)
    counted = scope.field(Path((test.among.name,), test.among.span))
    top = nodes.Top(of.node, (counted,), int(test.among.count), span=test.among.span)
    renamed = nodes.Rename(nodes.Table(top, (counted.name,)), ((counted.name, field.name),))
    present = nodes.Filter(node, Present(field, test.span), test.span)
    return nodes.SubsearchFilter(present, renamed, test.negated, test.span, field.view)
