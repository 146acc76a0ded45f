"""The functions of eval expressions: how many arguments each takes, and what it is told beside them.

Names and arguments are those of Splunk's Search Reference, "Evaluation functions".
"""

from msgspec import Struct

from carhound.plan.expressions import Binary, Call, Expression, Negation, calls
from carhound.plan.predicates import Predicate, Where, tests

ANY = 1_000
"""As many arguments as a person can write."""


class Function(Struct, frozen=True):
    """One function of the language, whichever engine runs it."""

    family: str
    """The page of Splunk's Search Reference that describes it."""
    least: int
    most: int
    clock: bool = False
    """Whether it asks for the time or the time zone of the run."""
    condition: bool = False
    """Whether it is true or false."""
    strict: bool = False
    """Whether it is null where any of its arguments is."""
    regex: int | None = None
    """Which argument, counted from 0, is a regular expression."""


CONDITIONAL = "Comparison and Conditional functions"
CONVERSION = "Conversion functions"
CRYPTOGRAPHIC = "Cryptographic functions"
DATES = "Date and Time functions"
INFORMATIONAL = "Informational functions"
MATHEMATICAL = "Mathematical functions"
MULTIVALUE = "Multivalue eval functions"
STATISTICAL = "Statistical eval functions"
TEXT = "Text functions"
TRIGONOMETRIC = "Trigonometry and Hyperbolic functions"

FUNCTIONS: dict[str, Function] = {
    "abs": Function(MATHEMATICAL, 1, 1, strict=True),
    "acos": Function(TRIGONOMETRIC, 1, 1, strict=True),
    "acosh": Function(TRIGONOMETRIC, 1, 1, strict=True),
    "asin": Function(TRIGONOMETRIC, 1, 1, strict=True),
    "asinh": Function(TRIGONOMETRIC, 1, 1, strict=True),
    "atan": Function(TRIGONOMETRIC, 1, 1, strict=True),
    "atan2": Function(TRIGONOMETRIC, 2, 2, strict=True),
    "atanh": Function(TRIGONOMETRIC, 1, 1, strict=True),
    "case": Function(CONDITIONAL, 2, ANY),
    "ceil": Function(MATHEMATICAL, 1, 1, strict=True),
    "ceiling": Function(MATHEMATICAL, 1, 1, strict=True),
    "cidrmatch": Function(CONDITIONAL, 2, 2, condition=True, strict=True),
    "coalesce": Function(CONDITIONAL, 1, ANY),
    "cos": Function(TRIGONOMETRIC, 1, 1, strict=True),
    "cosh": Function(TRIGONOMETRIC, 1, 1, strict=True),
    "exact": Function(MATHEMATICAL, 1, 1, strict=True),
    "exp": Function(MATHEMATICAL, 1, 1, strict=True),
    "false": Function(CONDITIONAL, 0, 0, condition=True),
    "floor": Function(MATHEMATICAL, 1, 1, strict=True),
    "hypot": Function(TRIGONOMETRIC, 2, 2, strict=True),
    "if": Function(CONDITIONAL, 3, 3),
    "in": Function(CONDITIONAL, 2, ANY, condition=True),
    "isbool": Function(INFORMATIONAL, 1, 1, condition=True),
    "isint": Function(INFORMATIONAL, 1, 1, condition=True),
    "isnotnull": Function(INFORMATIONAL, 1, 1, condition=True),
    "isnull": Function(INFORMATIONAL, 1, 1, condition=True),
    "isnum": Function(INFORMATIONAL, 1, 1, condition=True),
    "isstr": Function(INFORMATIONAL, 1, 1, condition=True),
    "len": Function(TEXT, 1, 1, strict=True),
    "like": Function(CONDITIONAL, 2, 2, condition=True, strict=True),
    "ln": Function(MATHEMATICAL, 1, 1, strict=True),
    "log": Function(MATHEMATICAL, 1, 2, strict=True),
    "lower": Function(TEXT, 1, 1, strict=True),
    "ltrim": Function(TEXT, 1, 2, strict=True),
    "match": Function(CONDITIONAL, 2, 2, condition=True, strict=True, regex=1),
    "max": Function(STATISTICAL, 1, ANY),
    "md5": Function(CRYPTOGRAPHIC, 1, 1, strict=True),
    "min": Function(STATISTICAL, 1, ANY),
    "mvappend": Function(MULTIVALUE, 1, ANY),
    "mvcount": Function(MULTIVALUE, 1, 1, strict=True),
    "mvdedup": Function(MULTIVALUE, 1, 1, strict=True),
    "mvfilter": Function(MULTIVALUE, 1, 1),
    "mvfind": Function(MULTIVALUE, 2, 2, strict=True, regex=1),
    "mvindex": Function(MULTIVALUE, 2, 3, strict=True),
    "mvjoin": Function(MULTIVALUE, 2, 2, strict=True),
    "mvmap": Function(MULTIVALUE, 2, 2),
    "mvrange": Function(MULTIVALUE, 2, 3, strict=True),
    "mvsort": Function(MULTIVALUE, 1, 1, strict=True),
    "mvzip": Function(MULTIVALUE, 2, 3, strict=True),
    "now": Function(DATES, 0, 0, clock=True),
    "null": Function(CONDITIONAL, 0, 0),
    "nullif": Function(CONDITIONAL, 2, 2),
    "pi": Function(MATHEMATICAL, 0, 0),
    "pow": Function(MATHEMATICAL, 2, 2, strict=True),
    "printf": Function(CONVERSION, 1, ANY),
    "relative_time": Function(DATES, 2, 2, clock=True, strict=True),
    "replace": Function(TEXT, 3, 3, strict=True, regex=1),
    "round": Function(MATHEMATICAL, 1, 2, strict=True),
    "rtrim": Function(TEXT, 1, 2, strict=True),
    "sha1": Function(CRYPTOGRAPHIC, 1, 1, strict=True),
    "sha256": Function(CRYPTOGRAPHIC, 1, 1, strict=True),
    "sha512": Function(CRYPTOGRAPHIC, 1, 1, strict=True),
    "sin": Function(TRIGONOMETRIC, 1, 1, strict=True),
    "sinh": Function(TRIGONOMETRIC, 1, 1, strict=True),
    "spath": Function(TEXT, 2, 2, strict=True),
    "split": Function(MULTIVALUE, 2, 2, strict=True),
    "sqrt": Function(MATHEMATICAL, 1, 1, strict=True),
    "strftime": Function(DATES, 2, 2, clock=True, strict=True),
    "strptime": Function(DATES, 2, 2, clock=True, strict=True),
    "substr": Function(TEXT, 2, 3, strict=True),
    "tan": Function(TRIGONOMETRIC, 1, 1, strict=True),
    "tanh": Function(TRIGONOMETRIC, 1, 1, strict=True),
    "time": Function(DATES, 0, 0, clock=True),
    "tonumber": Function(CONVERSION, 1, 2, strict=True),
    "tostring": Function(CONVERSION, 1, 2, strict=True),
    "trim": Function(TEXT, 1, 2, strict=True),
    "true": Function(CONDITIONAL, 0, 0, condition=True),
    "typeof": Function(INFORMATIONAL, 1, 1),
    "upper": Function(TEXT, 1, 1, strict=True),
    "urldecode": Function(TEXT, 1, 1, strict=True),
    "validate": Function(CONDITIONAL, 2, ANY),
}

ARITHMETIC = ("+", "-", "*", "/", "%", ".")


def chosen(call: Call) -> tuple[Expression, ...] | None:
    """The arguments one of which a call gives as they are; None for functions that make something new."""
    match call.function:
        case "if":
            return call.arguments[1:]
        case "case" | "validate":
            return call.arguments[1::2]
        case "coalesce":
            return call.arguments
        case "nullif":
            return call.arguments[:1]
        case _:
            return None


def is_condition(expression: Expression) -> bool:
    """Whether an expression is, or may be, true or false, which the value of a field cannot be."""
    match expression:
        case Binary(operator):
            return operator not in ARITHMETIC
        case Negation(operator):
            return operator == "not"
        case Call(function):
            choices = chosen(expression)
            return FUNCTIONS[function].condition if choices is None else any(map(is_condition, choices))
        case _:
            return False


def needs_clock(predicate: Predicate) -> bool:
    """Whether a condition asks for the time or the time zone of the run."""
    return any(isinstance(test, Where) and asks_clock(test.expression) for test in tests((predicate,)))


def asks_clock(expression: Expression) -> bool:
    """Whether an expression asks for the time or the time zone of the run."""
    return any(FUNCTIONS[call.function].clock for call in calls(expression))
