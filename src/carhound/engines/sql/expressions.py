"""Expressions of eval and where as SQL: three-valued on both sides, letter case counting."""

from msgspec import Struct
from sqlglot import exp

from carhound.engines.sql.columns import is_null, present, read
from carhound.engines.sql.numbers import ORDERS, Comparable, compare, of_constant, of_field
from carhound.engines.sql.text import folded, found, like_of_eval
from carhound.engines.sql.unsayable import Unsayable
from carhound.model.event_table import EventTable
from carhound.plan.expressions import Binary, Call, Constant, Expression, FieldValue, Negation
from carhound.plan.predicates import Field


class Truth(Struct, frozen=True):
    """A condition: true, false or null."""

    said: exp.Expr


_Value = Truth | Comparable


def truth(table: EventTable, expression: Expression) -> exp.Expr:
    """The expression as a condition; a text or a number is never true. Raises Unsayable."""
    value = _value(table, expression)
    return value.said if isinstance(value, Truth) else exp.false()


def _value(table: EventTable, expression: Expression) -> _Value:
    match expression:
        case Constant(value):
            return of_constant(value)
        case FieldValue(name, view=view):
            return of_field(read(table, Field(name, view)))
        case Call(function, arguments):
            return _call(function, [_value(table, one) for one in arguments], arguments)
        case Negation("not", operand):
            return Truth(exp.not_(exp.paren(_condition(_value(table, operand)), copy=False), copy=False))
        case Binary("and" | "or" | "xor" as joins, left, right):
            sides = [exp.paren(_condition(_value(table, side)), copy=False) for side in (left, right)]
            make = {"and": exp.And, "or": exp.Or, "xor": exp.NEQ}[joins]
            return Truth(exp.paren(make(this=sides[0], expression=sides[1]), copy=False))
        case Binary(order, left, right) if order in ORDERS:
            one, two = _plain(_value(table, left)), _plain(_value(table, right))
            return Truth(compare(order, one, two))
        case _:
            raise Unsayable("arithmetic runs on Python's numbers")


def _call(function: str, values: list[_Value], arguments: tuple[Expression, ...]) -> _Value:
    match function, arguments:
        case "true" | "false", _:
            return Truth(exp.true() if function == "true" else exp.false())
        case "isnull", _:
            return Truth(is_null(_said(values[0])))
        case "isnotnull", _:
            return Truth(present(_said(values[0])))
        case "in", _:
            first, *listed = (_plain(value) for value in values)
            same = [compare("=", first.copy(), one) for one in listed]
            return Truth(exp.paren(exp.or_(*same, copy=False), copy=False))
        case "coalesce", _:
            text, *others = (_plain(value).text for value in values)
            return of_field(exp.Coalesce(this=text, expressions=others))
        case "if", _:
            then, otherwise = (_plain(value).text for value in values[1:])
            chosen = exp.If(this=_condition(values[0]), true=then)
            return of_field(exp.Case(ifs=[chosen], default=otherwise))
        case "match", (_, Constant(str(expression))):
            return Truth(found(_plain(values[0]).text, expression))
        case "len", _:
            length = exp.Length(this=_plain(values[0]).text)
            return Comparable(exp.cast(length, "text"), exp.cast(length.copy(), "double"), always=True)
        case "lower", _:
            return of_field(folded(_plain(values[0]).text))
        case "like", (_, Constant(str(pattern))):
            return Truth(like_of_eval(_plain(values[0]).text, pattern))
        case _:
            raise Unsayable(f"{function}() of values that are no constants")


def _said(value: _Value) -> exp.Expr:
    return exp.paren(value.said if isinstance(value, Truth) else value.text, copy=False)


def _condition(value: _Value) -> exp.Expr:
    if not isinstance(value, Truth):
        raise Unsayable("a text or a number where a condition is expected")
    return value.said


def _plain(value: _Value) -> Comparable:
    if isinstance(value, Truth):
        raise Unsayable("a condition where a text or a number is expected")
    return value
