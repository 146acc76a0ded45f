"""Functions over the values of a field one by one: "Multivalue eval functions", `mvfilter` and `mvmap`.

They take expressions, not values: in these the field stands for one of its values.
"""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from carhound.engines.interpreter.functions.building import (
    Environment,
    Evaluator,
    Value,
    several,
    texts_of,
)
from carhound.engines.interpreter.rows import Row
from carhound.plan.expressions import Expression, FieldValue, parts

Evaluate = Callable[[Expression, Environment], Evaluator]


class _Held(Struct):
    """The value that is looked at."""

    value: str = ""

    def read(self, _row: Row) -> Value:
        return self.value


def mvfilter(arguments: tuple[Expression, ...], environment: Environment, evaluate: Evaluate) -> Evaluator:
    """The values on which the condition is true; it reads one field only."""
    (condition,) = arguments
    field = next(one for one in parts(condition) if isinstance(one, FieldValue))
    held = _Held()
    inside = replace(environment, bound={**environment.bound, field.name: held.read})
    read, holds = evaluate(field, environment), evaluate(condition, inside)

    def filtered(row: Row) -> Value:
        kept: list[str] = []
        for text in texts_of(read(row)):
            held.value = text
            if holds(row) is True:
                kept.append(text)
        return several(kept)

    return filtered


def mvmap(arguments: tuple[Expression, ...], environment: Environment, evaluate: Evaluate) -> Evaluator:
    """What the expression makes of each value; nulls are left out."""
    field, expression = arguments
    if not isinstance(field, FieldValue):
        raise TypeError("mvmap goes over a field")
    held = _Held()
    inside = replace(environment, bound={**environment.bound, field.name: held.read})
    read, make = evaluate(field, environment), evaluate(expression, inside)

    def mapped(row: Row) -> Value:
        made: list[Value] = []
        for text in texts_of(read(row)):
            held.value = text
            made.append(make(row))
        return several(made)

    return mapped


OVER_VALUES: dict[str, Callable[[tuple[Expression, ...], Environment, Evaluate], Evaluator]] = {
    "mvfilter": mvfilter,
    "mvmap": mvmap,
}
