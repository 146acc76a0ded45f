"""How functions of eval expressions are made: from the evaluators of their arguments to one of their own.

A function of the plan is a builder here. Most are plain Python over values, made builders by one of the ways
below, which say what becomes of null and of multivalue fields.
"""

from collections.abc import Callable
from dataclasses import dataclass

from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.rows import AliasUse, Row, as_number, as_text

Value = str | int | float | bool | tuple[str, ...] | None
"""A tuple is a multivalue field; True and False are the truth of conditions."""

Evaluator = Callable[[Row], Value]


@dataclass(frozen=True, slots=True)
class Environment:
    """What an expression is told beside the row."""

    used: AliasUse
    moment: Moment | None = None
    """None while evidence is still being read: nothing that asks for the time is evaluated then."""

    @property
    def clock(self) -> Moment:
        """The moment of the run."""
        if self.moment is None:
            raise TypeError("the time of a run is asked for before it is known")
        return self.moment


Builder = Callable[[list[Evaluator], Environment], Evaluator]


def single(value: Value) -> str | int | float | bool | None:
    """A multivalue field counts as its first value in expressions that want one."""
    if isinstance(value, tuple):
        return value[0] if value else None
    return value


def number(value: Value) -> float | None:
    """The value as a number, None where it is none."""
    one = single(value)
    return None if one is None or isinstance(one, bool) else as_number(one)


def tidy(value: float) -> int | float:
    """A whole number without decimals."""
    return int(value) if value.is_integer() else value


def of_texts(function: Callable[..., Value]) -> Builder:
    """Over single values as texts; null where one of them is."""

    def build(arguments: list[Evaluator], _environment: Environment) -> Evaluator:
        def evaluate(row: Row) -> Value:
            values = [single(argument(row)) for argument in arguments]
            texts = [as_text(value) for value in values if value is not None]
            return function(*texts) if len(texts) == len(values) else None

        return evaluate

    return build


def of_values(function: Callable[..., Value]) -> Builder:
    """Over values as they are, null and multivalue fields too."""

    def build(arguments: list[Evaluator], _environment: Environment) -> Evaluator:
        return lambda row: function(*(argument(row) for argument in arguments))

    return build
