"""The functions of eval expressions: how many arguments each takes, and what it is told beside them.

Names and arguments are those of Splunk's Search Reference, "Evaluation functions".
"""

from dataclasses import dataclass

from carhound.plan.expressions import Binary, Call, Expression, Negation, calls
from carhound.plan.predicates import Predicate, Where, tests

ANY = 1_000
"""As many arguments as a person can write."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the language, whichever engine runs it."""

    family: str
    """The page of Splunk's Search Reference that describes it."""
    least: int
    most: int
    clock: bool = False
    """Whether it asks for the time or the time zone of the run."""
    condition: bool = False
    """Whether it is true or false."""


CONDITIONAL = "Comparison and Conditional functions"
INFORMATIONAL = "Informational functions"
TEXT = "Text functions"

FUNCTIONS: dict[str, Function] = {
    "isnotnull": Function(INFORMATIONAL, 1, 1, condition=True),
    "isnull": Function(INFORMATIONAL, 1, 1, condition=True),
    "len": Function(TEXT, 1, 1),
    "like": Function(CONDITIONAL, 2, 2, condition=True),
    "lower": Function(TEXT, 1, 1),
}


def is_condition(expression: Expression) -> bool:
    """Whether an expression is true or false, which the value of a field cannot be."""
    match expression:
        case Binary(operator):
            return operator not in ("+", "-", "*", "/", "%", ".")
        case Negation(operator):
            return operator == "not"
        case Call(function):
            return FUNCTIONS[function].condition
        case _:
            return False


def needs_clock(predicate: Predicate) -> bool:
    """Whether a condition asks for the time or the time zone of the run."""
    return any(isinstance(test, Where) and asks_clock(test.expression) for test in tests((predicate,)))


def asks_clock(expression: Expression) -> bool:
    """Whether an expression asks for the time or the time zone of the run."""
    return any(FUNCTIONS[call.function].clock for call in calls(expression))
