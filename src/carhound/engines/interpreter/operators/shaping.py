"""Operators that change the fields of each row."""

from collections.abc import Iterable, Iterator

from carhound.engines.interpreter.expressions import evaluator
from carhound.engines.interpreter.functions.building import Value
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row, getter
from carhound.model.event import Cell
from carhound.model.glob import Glob
from carhound.plan.nodes import Eval, Fields, Rename, Table
from carhound.plan.predicates import Field
from carhound.plan.wildcards import new_name


def projected(node: Fields | Table, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The rows with the columns that `fields` or `table` leaves them."""
    return (project(node, row) for row in rows)


def project(node: Fields | Table, row: Row) -> Row:
    """The row with the columns that `fields` or `table` leaves it."""
    names = row.names()
    columns: dict[str, Cell] = {}
    if isinstance(node, Fields) and not node.remove:
        columns.update((name, row.get(name)) for name in names if name.startswith("_"))
    elif isinstance(node, Fields):
        gone = {one for name in node.names for one in _named(name, names)}
        columns.update((name, row.get(name)) for name in names if name not in gone)
        return Row(row.event, columns, raw=row.raw)
    view = node.view if isinstance(node, Fields) else "native"
    for name in node.names:
        for one in _named(name, names):
            columns[one] = getter(Field(one, view))(row)
    return Row(row.event, columns, raw=row.raw and not isinstance(node, Table))


def _named(name: str, names: list[str]) -> list[str]:
    """The fields that a name, or a pattern with `*`, stands for."""
    if "*" not in name:
        return [name]
    matches = Glob(name).matcher(exact=True)
    return [one for one in names if matches(one)]


def renamed(node: Rename, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The rows with their fields under new names."""
    return (rename(node.pairs, row) for row in rows)


def rename(pairs: tuple[tuple[str, str], ...], row: Row) -> Row:
    """The row with its fields under new names."""
    columns = row.materialized()
    for old, new in pairs:
        if "*" in old:
            _rename_all(columns, old, new)
            continue
        value = getter(Field(old))(Row(row.event, columns))
        columns.pop(old, None)
        if value is not None:
            columns[new] = value
    return Row(row.event, columns, raw=row.raw)


def _rename_all(columns: dict[str, Cell], old: str, new: str) -> None:
    """Gives the columns that `old` stands for their new names, all at once."""
    names = {name: made for name in columns if (made := new_name(name, old, new)) is not None}
    moved = {made: columns.pop(name) for name, made in names.items()}
    columns.update({name: value for name, value in moved.items() if value is not None})


def evaluated(node: Eval, rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """The rows with what the expressions make of them."""
    made = [(name, evaluator(expression, context.environment)) for name, expression in node.assignments]
    for row in rows:
        columns = row.materialized()
        changed = Row(row.event, columns, raw=row.raw)
        for name, evaluate in made:
            value = evaluate(changed)
            if value is None:
                columns.pop(name, None)
            else:
                columns[name] = as_cell(value)
        yield changed


def as_cell(value: Value) -> Cell:
    """The value of an expression as that of a field."""
    return ("true" if value else "false") if isinstance(value, bool) else value
