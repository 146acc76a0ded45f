"""How functions of eval expressions are made: from the evaluators of their arguments to one of their own.

A function of the plan is a builder here. Most are plain Python over values, made builders by one of the ways
below, which say what becomes of null and of multivalue fields.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct, field

from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.rows import Row, as_number, as_text

Single = str | int | float | bool | None

Value = Single | tuple[str, ...]
"""A tuple is a multivalue field; True and False are the truth of conditions."""

Evaluator = Callable[[Row], Value]


class Environment(Struct, frozen=True):
    """What an expression is told beside the row."""

    moment: Moment | None = None
    """None while evidence is still being read: nothing that asks for the time is evaluated then."""
    bound: Mapping[str, Evaluator] = field(default_factory=lambda: MappingProxyType({}))
    """Fields of which an expression sees one value at a time (`mvfilter`, `mvmap`)."""

    @property
    def clock(self) -> Moment:
        """The moment of the run."""
        if self.moment is None:
            raise TypeError("the time of a run is asked for before it is known")
        return self.moment


Builder = Callable[[list[Evaluator], Environment], Evaluator]


def single(value: Value) -> Single:
    """The value where there is one; several of a multivalue field are none."""
    if isinstance(value, tuple):
        return value[0] if len(value) == 1 else None
    return value


def several(values: Iterable[Value]) -> Value:
    """All the values, those that are null left out, as what a field holds: nothing, one, or many."""
    kept: list[str | int | float | bool] = []
    for value in values:
        if isinstance(value, tuple):
            kept += value
        elif value is not None:
            kept.append(value)
    return kept[0] if len(kept) == 1 else tuple(map(text_of, kept)) or None


def text_of(value: str | int | float | bool) -> str:
    """A single value as text."""
    return ("true" if value else "false") if isinstance(value, bool) else as_text(value)


def texts_of(value: Value) -> tuple[str, ...]:
    """Every value of a field, as text."""
    if isinstance(value, tuple):
        return value
    return () if value is None else (text_of(value),)


def number(value: Value) -> float | None:
    """The value as a number, None where it is none."""
    one = single(value)
    return None if one is None or isinstance(one, bool) else as_number(one)


def tidy(value: float) -> int | float | None:
    """A whole number without decimals; what is no finite number is null."""
    if value.is_integer():
        return int(value)
    return value if abs(value) < _INFINITE else None


_INFINITE = float("inf")


def of_texts(function: Callable[..., Value]) -> Builder:
    """Over texts; null where one of them is. Of a multivalue field as the first one, over each value."""

    def build(arguments: list[Evaluator], _environment: Environment) -> Evaluator:
        first, *others = arguments

        def evaluate(row: Row) -> Value:
            value = first(row)
            rest = [text_of(one) for other in others if (one := single(other(row))) is not None]
            if value is None or len(rest) < len(others):
                return None
            if isinstance(value, tuple):
                return several(function(one, *rest) for one in value)
            return function(text_of(value), *rest)

        return evaluate

    return build


def of_numbers(function: Callable[..., float]) -> Builder:
    """Over numbers; null where one of them is none, and where the function has no value there."""

    def build(arguments: list[Evaluator], _environment: Environment) -> Evaluator:
        def evaluate(row: Row) -> Value:
            numbers = [one for argument in arguments if (one := number(argument(row))) is not None]
            if len(numbers) < len(arguments):
                return None
            try:
                return tidy(float(function(*numbers)))
            except (ValueError, ArithmeticError):
                return None

        return evaluate

    return build


def of_values(function: Callable[..., Value]) -> Builder:
    """Over values as they are, null and multivalue fields too."""

    def build(arguments: list[Evaluator], _environment: Environment) -> Evaluator:
        return lambda row: function(*(argument(row) for argument in arguments))

    return build


def of_subject(test: Callable[[str, str], bool | None], subject: int = 0) -> Builder:
    """A condition on two texts, of which `subject` is a field: any of its values will do. Null for null."""

    def build(arguments: list[Evaluator], _environment: Environment) -> Evaluator:
        field, other = arguments[subject], arguments[1 - subject]

        def evaluate(row: Row) -> Value:
            value, asked = field(row), single(other(row))
            if value is None or asked is None:
                return None
            text = text_of(asked)
            answers = [test(one, text) for one in texts_of(value)]
            return True if True in answers else None if None in answers else False

        return evaluate

    return build
