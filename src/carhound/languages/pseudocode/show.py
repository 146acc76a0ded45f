"""Syntax tree to text that parses to the same tree, one statement a line."""

from typing import assert_never

from carhound.languages.pseudocode.lexer import string_end
from carhound.languages.pseudocode.syntax import (
    Aggregate,
    Assign,
    Bare,
    Both,
    Bracket,
    Comparison,
    Condition,
    Containment,
    Difference,
    Duration,
    Either,
    Existence,
    Expression,
    Filter,
    Group,
    Input,
    InRawEvent,
    Item,
    Join,
    Kind,
    Listing,
    Match,
    MaxGap,
    Membership,
    Name,
    Negated,
    Now,
    Null,
    Number,
    Operand,
    Output,
    Path,
    Primary,
    Program,
    Run,
    Search,
    Select,
    Statement,
    Sum,
    Text,
    Top,
)


def show(program: Program) -> str:
    """The program as text."""
    return "\n".join(_statement(statement) for statement in program.statements)


def _statement(statement: Statement) -> str:
    match statement:
        case Input():
            return f"input {statement.name.text}"
        case Assign():
            return f"{_operand(statement.target)} = {_expression(statement.value)}"
        case Output():
            return f"output {_names(statement.names)}"
        case Bare():
            return show_condition(statement.condition)
        case _:
            assert_never(statement)


def _expression(value: Expression) -> str:
    match value:
        case Search():
            return f"search {_kinds(value.kinds)}{_where(value.where)}"
        case Filter():
            source = f"{value.source.text} " if value.source else ""
            return f"filter {source}where {show_condition(value.where)}"
        case Group():
            return f"group {_names(value.sources)} by {_names(value.by)}{_where(value.where)}"
        case Select():
            return f"from {value.source.text} select {', '.join(_item(item) for item in value.items)}"
        case Join():
            return f"join ({_names(value.sources)}){_where(value.where)}"
        case Run():
            return f"run Analytic:{value.analytic}"
        case Difference():
            return f"{value.left.text} - {value.right.text}"
        case Aggregate():
            by = f" by {value.by.text}" if value.by else ""
            return f"{value.function.text}({_operand(value.path)}){by}"
        case Listing():
            return _listing(value)
        case Path() | Sum():
            return _operand(value)
        case _:
            assert_never(value)


def _kinds(kinds: tuple[Kind, ...]) -> str:
    shown = [_kind(kind) for kind in kinds]
    return shown[0] if len(shown) == 1 else f"({' or '.join(shown)})"


def _kind(kind: Kind) -> str:
    actions = ",".join(action.text for action in kind.actions)
    return f"{kind.car_object.text}:{actions}" if actions else kind.car_object.text


def _where(where: Condition | MaxGap | None) -> str:
    if where is None:
        return ""
    if isinstance(where, MaxGap):
        return f" where (max time between two events is {_operand(where.longest)})"
    return f" where {show_condition(where)}"


def _item(item: Item) -> str:
    shown = _operand(item.path)
    if item.function:
        shown = f"{item.function.text}({shown})"
    return f"{shown} as {item.alias.text}" if item.alias else shown


def _names(names: tuple[Name, ...]) -> str:
    return ", ".join(name.text for name in names)


def show_condition(condition: Condition) -> str:
    """The condition as text, with no more parentheses than it needs."""
    match condition:
        case Both():
            return " and ".join(_enclosed(item, Both, Either) for item in condition.items)
        case Either():
            return " or ".join(_enclosed(item, Either) for item in condition.items)
        case Negated():
            return f"not {_enclosed(condition.item, Both, Either, Negated)}"
        case Comparison():
            return _comparison(condition)
        case Membership():
            among = condition.among
            shown = f"TOP {among.count} ({among.name})" if isinstance(among, Top) else _among(among)
            subject = _operand(condition.operand, last=not condition.negated)
            return f"{subject}{' not' if condition.negated else ''} in {shown}"
        case Match():
            return f"{_operand(condition.operand)} match {_quoted(condition.expression, last=True)}"
        case Containment():
            return _containment(condition)
        case Existence():
            return f"{_operand(condition.operand)} exists"
        case InRawEvent():
            return f"{_quoted(condition.text.value, last=True)} in raw event"
        case _:
            assert_never(condition)


def _enclosed(condition: Condition, *kinds: type[Condition]) -> str:
    shown = show_condition(condition)
    return f"({shown})" if isinstance(condition, kinds) else shown


def _comparison(test: Comparison) -> str:
    first, *others = test.operands
    pieces = [_operand(first)]
    for position, (relation, operand) in enumerate(zip(test.relations, others, strict=True), 1):
        pieces += [relation, _operand(operand, last=position == len(others))]
    return " ".join(pieces)


def _containment(test: Containment) -> str:
    subject = _operand(test.operand)
    if isinstance(test.values, Listing):
        words = "does not contain" if test.negated else "includes one of"
        return f"{subject} {words} {_listing(test.values)}"
    return f"{subject} contains {_operand(test.values, last=True)}"


def _among(among: Listing | Operand) -> str:
    return _listing(among) if isinstance(among, Listing) else _operand(among, last=True)


def _listing(listing: Listing) -> str:
    return f"[{', '.join(_operand(item, last=True) for item in listing.items)}]"


def _operand(operand: Operand, *, last: bool = False) -> str:
    if isinstance(operand, Sum):
        pieces = [_primary(operand.first, last=False)]
        for position, (sign, step) in enumerate(operand.steps, 1):
            pieces += [sign, _primary(step, last=last and position == len(operand.steps))]
        return " ".join(pieces)
    return _primary(operand, last=last)


def _primary(operand: Primary, *, last: bool) -> str:
    match operand:
        case Path():
            return ".".join(operand.parts)
        case Bracket():
            return f"[{operand.name}]"
        case Text():
            return _quoted(operand.value, last=last)
        case Number():
            return operand.text
        case Duration():
            return f"{operand.amount} {operand.unit}"
        case Now():
            return "now"
        case Null():
            return "null"
        case _:
            assert_never(operand)


def _quoted(value: str, *, last: bool) -> str:
    """The value in the quotes that can hold it; `last` where what follows may follow a string's end."""
    follows = ")" if last else " <"
    for quote in "\"'":
        text = quote + value.replace(quote, "\\" + quote) + quote
        if string_end(text + follows, 0) == (value, len(text)):
            return text
    # A bare word may end in a backslash before more of its comparison, where no string can.
    return value
