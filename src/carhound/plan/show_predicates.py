"""Conditions as text for people, with their rules in brackets: `Image like "*x"  [any case, null: false]`.

`null: false` says that the test does not hold where the field is missing.
"""

from carhound.plan.expressions import Binary, Call, Constant, Expression, FieldValue, Negation
from carhound.plan.predicates import (
    Absent,
    All,
    AnyOf,
    Compares,
    Field,
    InNetwork,
    Matches,
    MatchesRegex,
    Not,
    Predicate,
    Present,
    Term,
    Where,
)


def show_head(predicate: Predicate) -> str:
    """A condition in one line; for one that joins others its own part only."""
    match predicate:
        case All(items):
            return "all of" if items else "always"
        case AnyOf(items):
            return "any of" if items else "never"
        case Not():
            return "not"
        case Matches(field, pattern, negated):
            verb = ("is not" if negated else "is", "is not like" if negated else "is like")[pattern.wild]
            return f"{show_field(field)} {verb} {quoted(pattern.text)}  [any case, null: false]"
        case Compares(field, order, value):
            rules = "numbers where both are, any case, null: false"
            return f"{show_field(field)} {order} {quoted(value)}  [{rules}]"
        case InNetwork(field, network, negated):
            return f"{show_field(field)} is {'not ' if negated else ''}in network {network}  [null: false]"
        case Present(field):
            return f"{show_field(field)} is there  [empty text counts]"
        case Absent(field):
            return f"{show_field(field)} is missing  [empty text is there]"
        case Term(pattern):
            return f"some value holds the term {quoted(pattern.text)}  [any case, between breakers]"
        case MatchesRegex(field, expression, negated, ignore_case):
            subject = "some value" if field is None else show_field(field)
            verb = "has no match of" if negated else "has a match of"
            case_rule = "any case" if ignore_case else "exact case"
            rules = f"{case_rule}, null: {'true' if negated else 'false'}"
            return f"{subject} {verb} /{one_line(expression)}/  [{rules}]"
        case Where(expression):
            return f"where {show_expression(expression)}  [exact case, null: unknown]"


def children(predicate: Predicate) -> tuple[Predicate, ...]:
    """The conditions that a condition joins."""
    match predicate:
        case All(items) | AnyOf(items):
            return items
        case Not(item):
            return (item,)
        case _:
            return ()


def show_field(field: Field) -> str:
    """A field with its view: native names stand alone, CAR's after `car:`."""
    name = one_line(field.name)
    name = f'"{name}"' if " " in name else name
    return f"car:{name}" if field.view == "car" else name


def quoted(text: str) -> str:
    """Text in quotes; a quote in it is doubled, backslashes are as they are."""
    return '"' + one_line(text).replace('"', '""') + '"'


def one_line(text: str) -> str:
    """The text with its line breaks and other control characters as codes."""
    return "".join(f"\\x{ord(letter):02x}" if letter < " " else letter for letter in text)


def show_expression(expression: Expression) -> str:
    """An eval expression; what is joined stands in parentheses."""
    match expression:
        case Constant(value):
            return quoted(value) if isinstance(value, str) else str(value)
        case FieldValue(name):
            return f"'{one_line(name)}'" if " " in name else one_line(name)
        case Call(function, arguments):
            return f"{function}({', '.join(map(show_expression, arguments))})"
        case Negation(operator, operand):
            return f"{'not ' if operator == 'not' else '-'}{_nested(operand)}"
        case Binary(operator, left, right):
            return f"{_nested(left)} {operator} {_nested(right)}"


def _nested(expression: Expression) -> str:
    text = show_expression(expression)
    return f"({text})" if isinstance(expression, Binary | Negation) else text
