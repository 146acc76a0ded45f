"""Splunk's Search Reference, "Mathematical functions", "Trigonometry and Hyperbolic functions", and
"Statistical eval functions".
"""

import math
from decimal import ROUND_HALF_UP, Decimal

from carhound.engines.interpreter.functions.building import Builder, Value, of_numbers, of_values, texts_of
from carhound.engines.interpreter.rows import sort_key


def rounded(value: float, digits: float = 0) -> float:
    """To so many decimals, half away from zero, by the decimals that the number is written with."""
    if abs(digits) > _MOST_DIGITS or abs(value) > _MOST:
        return value
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP))


_MOST_DIGITS = 9
_MOST = 1e15
"""Larger numbers have no decimals worth rounding."""


def _least(*values: Value) -> Value:
    """By size, texts above numbers; null is left out."""
    return min(_all(values), key=sort_key, default=None)


def _greatest(*values: Value) -> Value:
    return max(_all(values), key=sort_key, default=None)


def _all(values: tuple[Value, ...]) -> list[str | int | float]:
    found: list[str | int | float] = []
    for value in values:
        found += texts_of(value) if value is None or isinstance(value, bool | tuple) else (value,)
    return found


def _logarithm(value: float, base: float = 10) -> float:
    return math.log10(value) if base == 10 else math.log(value, base)


BUILDERS: dict[str, Builder] = {
    "abs": of_numbers(abs),
    "acos": of_numbers(math.acos),
    "acosh": of_numbers(math.acosh),
    "asin": of_numbers(math.asin),
    "asinh": of_numbers(math.asinh),
    "atan": of_numbers(math.atan),
    "atan2": of_numbers(math.atan2),
    "atanh": of_numbers(math.atanh),
    "ceil": of_numbers(math.ceil),
    "ceiling": of_numbers(math.ceil),
    "cos": of_numbers(math.cos),
    "cosh": of_numbers(math.cosh),
    "exact": of_numbers(float),
    "exp": of_numbers(math.exp),
    "floor": of_numbers(math.floor),
    "hypot": of_numbers(math.hypot),
    "ln": of_numbers(math.log),
    "log": of_numbers(_logarithm),
    "max": of_values(_greatest),
    "min": of_values(_least),
    "pi": of_values(lambda: math.pi),
    "pow": of_numbers(math.pow),
    "round": of_numbers(rounded),
    "sin": of_numbers(math.sin),
    "sinh": of_numbers(math.sinh),
    "sqrt": of_numbers(math.sqrt),
    "tan": of_numbers(math.tan),
    "tanh": of_numbers(math.tanh),
}
