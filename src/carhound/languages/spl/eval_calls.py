"""What can be said of a function call while it is read: its name, its arguments, and constants among them.

Splunk's Search Reference, "Evaluation functions". Whatever a call can only get wrong, it gets wrong here, and
not row by row.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_network

from carhound.errors import UsageError
from carhound.languages.spl import refused
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.regexes import check_regex
from carhound.model.diagnostics import Span
from carhound.model.suggestion import nearest
from carhound.model.time_formats import unknown_variable
from carhound.model.time_reading import unreadable_variable
from carhound.model.windows import resolve_time
from carhound.plan.expressions import Call, Constant, Expression, FieldValue, parts
from carhound.plan.functions import ANY, FUNCTIONS, Function, is_condition

_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_FORMS = ("binary", "commas", "duration", "hex")


def find_function(cursor: Cursor, name: str, span: Span) -> Function:
    """The function of that name, in any letter case. Fails where there is none."""
    function = FUNCTIONS.get(name.lower())
    if function is None:
        hint = refused.FUNCTIONS.get(name.lower())
        if hint is None:
            near = nearest(name.lower(), FUNCTIONS)
            hint = f"did you mean {near}?" if near else f"{refused.PAGE} lists the functions there are"
        cursor.fail("SPL-U2", f"the function {name} is not supported", span, hint)
    return function


def check_call(cursor: Cursor, call: Call, span: Span) -> None:
    """Fails where the arguments of a call, which stands at `span`, cannot be meant."""
    function, name = FUNCTIONS[call.function], call.function
    least, most = function.least, function.most
    if not least <= len(call.arguments) <= most:
        wanted = f"{least} or more" if most == ANY else str(least) if least == most else f"{least} to {most}"
        hint = f"{refused.PAGE} shows its arguments"
        cursor.fail("SPL-P1", f"{name} takes {wanted} arguments, not {len(call.arguments)}", span, hint)
    if function.regex is not None and (text := _text(call, function.regex)) is not None:
        check_regex(cursor, text, _place(call, function.regex, span))
    check = _CHECKS.get(name)
    if check is not None:
        check(cursor, call, span)


def check_condition(cursor: Cursor, expression: Expression, asks: str) -> None:
    """Fails where an expression is never true or false; `asks` says who wants it to be."""
    if not is_condition(expression):
        hint = "compare it with something, or write isnotnull(…)"
        if isinstance(expression, FieldValue):
            hint = f'write {expression.name}="value", or isnotnull({expression.name})'
        message = f"{asks} a condition, and this is a value"
        cursor.fail("SPL-P1", message, expression.span or cursor.here(), hint)


def _first_is_condition(cursor: Cursor, call: Call, _span: Span) -> None:
    check_condition(cursor, call.arguments[0], f"{call.function} asks for")


def _pairs(cursor: Cursor, call: Call, span: Span) -> None:
    for condition in call.arguments[::2]:
        check_condition(cursor, condition, f"{call.function} asks for")
    if len(call.arguments) % 2:
        message = f"{call.function} takes pairs of a condition and a value, and the last one has no value"
        cursor.fail("SPL-P1", message, span, f'write {call.function}(n>1, "many", true(), "one")')


def _one_field(cursor: Cursor, call: Call, span: Span) -> None:
    _first_is_condition(cursor, call, span)
    names = {one.name for one in parts(call.arguments[0]) if isinstance(one, FieldValue)}
    if len(names) != 1:
        message = f"mvfilter looks at the values of one field, and here are {len(names)}"
        cursor.fail("SPL-P1", message, span, 'write mvfilter(match(field, "…"))')


def _over_field(cursor: Cursor, call: Call, span: Span) -> None:
    if not isinstance(call.arguments[0], FieldValue):
        message = "mvmap goes over the values of a field"
        cursor.fail("SPL-P1", message, _place(call, 0, span), "give it a name with eval before")
    if is_condition(call.arguments[1]):
        message = "each value would be true or false, which no field can hold"
        cursor.fail("SPL-P1", message, _place(call, 1, span), 'write if(…, "true", "false")')


def _network(cursor: Cursor, call: Call, span: Span) -> None:
    text = _text(call, 0)
    try:
        if text is not None:
            ip_network(text, strict=False)
    except ValueError:
        hint = 'write cidrmatch("10.0.0.0/8", ip): the network first'
        cursor.fail("SPL-P1", f"{text} is no network", _place(call, 0, span), hint)


def _modifier(cursor: Cursor, call: Call, span: Span) -> None:
    text = _text(call, 1)
    try:
        if text is not None:
            resolve_time(text, _SOME_DAY, UTC)
    except UsageError as problem:
        cursor.fail("SPL-T2", problem.message, _place(call, 1, span), problem.hint)


def _variables(cursor: Cursor, call: Call, span: Span) -> None:
    find = unknown_variable if call.function == "strftime" else unreadable_variable
    unknown = find(_text(call, 1) or "")
    if unknown is not None:
        hint = "write a time like %Y-%m-%d %H:%M:%S, and %% for a percent sign"
        cursor.fail("SPL-U2", f"the variable {unknown} is not supported", _place(call, 1, span), hint)


def _form(cursor: Cursor, call: Call, span: Span) -> None:
    text = _text(call, 1) if len(call.arguments) > 1 else None
    if text is not None and text not in _FORMS:
        hint = f"write one of {', '.join(_FORMS)}"
        cursor.fail("SPL-U2", f"tostring does not know the format {text!r}", _place(call, 1, span), hint)


def _text(call: Call, place: int) -> str | None:
    argument = call.arguments[place]
    return argument.value if isinstance(argument, Constant) and isinstance(argument.value, str) else None


def _place(call: Call, place: int, span: Span) -> Span:
    return call.arguments[place].span or span


_CHECKS: dict[str, Callable[[Cursor, Call, Span], None]] = {
    "case": _pairs,
    "cidrmatch": _network,
    "if": _first_is_condition,
    "mvfilter": _one_field,
    "mvmap": _over_field,
    "relative_time": _modifier,
    "strftime": _variables,
    "strptime": _variables,
    "tostring": _form,
    "validate": _pairs,
}
