"""How values of expressions compare: Splunk's Search Reference, "where" and "eval", *Operators*."""

from collections.abc import Callable
from functools import cache

from carhound.engines.interpreter.functions.building import Value, text_of, texts_of
from carhound.engines.interpreter.rows import ORDERS, compare

Comparison = Callable[[Value, Value], bool | None]


@cache
def compares(operator: str) -> Comparison:
    """The comparison: numbers by size where both sides are, else texts by code point; null where a side is.

    Of a multivalue field some value must stand in this order, as in the search command.
    """
    stands = ORDERS[operator]

    def compared(left: Value, right: Value) -> bool | None:
        if left is None or right is None:
            return None
        if isinstance(left, tuple) or isinstance(right, tuple):
            return any(stands(compare(one, other)) for one in texts_of(left) for other in texts_of(right))
        one = text_of(left) if isinstance(left, bool) else left
        other = text_of(right) if isinstance(right, bool) else right
        return stands(compare(one, other))

    return compared
