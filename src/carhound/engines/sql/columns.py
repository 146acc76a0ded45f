"""The fields of an event as SQL over its row."""

from sqlglot import exp

from carhound.engines.sql.text import first_label, last_part, storable
from carhound.engines.sql.unsayable import Unsayable
from carhound.model.event import HEADER, PAYLOAD_PREFIX
from carhound.model.event_table import EventTable
from carhound.model.names import NATIVE_ALIASES, base_name, short_name
from carhound.plan.predicates import Field

EVENTS = "events"
"""The name under which every query sees rows of the table."""

_CHANGES = {base_name: last_part, short_name: first_label}


def column(name: str) -> exp.Expr:
    """A column of the table."""
    return exp.column(name, table=EVENTS, quoted=True)


def read(table: EventTable, field: Field) -> exp.Expr:
    """The text of a field, or of the alias that serves; null where the event has neither.

    Raises Unsayable for a CAR field without a column, and for `_time`, which conditions see as a number.
    """
    if field.view == "car":
        name = table.car_column(field.name)
        if name is None:
            raise Unsayable(f"the table has no column for the CAR field {field.name}")
        return column(name)
    if field.name == "_time":
        raise Unsayable("_time is compared as the number of seconds since 1970")
    value = native(table, field.name)
    other = alias(table, field)
    return value if other is None else exp.Coalesce(this=value, expressions=[other])


def alias(table: EventTable, field: Field) -> exp.Expr | None:
    """What serves where the field itself is null; None where nothing does. Raises Unsayable."""
    served = NATIVE_ALIASES.get(field.name) if field.view == "native" else None
    if served is None:
        return None
    other = native(table, served.field)
    if served.change is None:
        return other
    if served.change not in _CHANGES:
        raise Unsayable(f"{field.name} is worked out by the interpreter")
    return _CHANGES[served.change](other)


def native(table: EventTable, name: str) -> exp.Expr:
    """What `Event.lookup` gives for the name."""
    if (known := table.native_column(name)) is not None:
        return column(known)
    if not storable(name):
        return exp.cast(exp.null(), "text")
    of_header = name.removeprefix(PAYLOAD_PREFIX)
    second = member("meta", name)
    if of_header != name and of_header in HEADER:
        second = member("data", of_header)
    return exp.Coalesce(this=member("data", name), expressions=[second])


def member(json_column: str, name: str) -> exp.Expr:
    """The text of a field in one of the two JSON columns."""
    # A JSON pointer takes any name; a JSON path has no way to write some quotes.
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return exp.func("JSON_EXTRACT_STRING", column(json_column), exp.Literal.string(pointer))


def is_null(value: exp.Expr) -> exp.Expr:
    """Whether a value is missing."""
    return exp.Is(this=value, expression=exp.null())


def is_not(condition: exp.Expr) -> exp.Expr:
    """Two-valued negation: true where the condition is false or null."""
    return exp.not_(exp.Is(this=exp.paren(condition, copy=False), expression=exp.true()), copy=False)


def present(value: exp.Expr) -> exp.Expr:
    """Whether there is a value."""
    return exp.not_(is_null(value), copy=False)
