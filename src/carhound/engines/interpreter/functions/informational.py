"""Splunk's Search Reference, "Informational functions".

A text that reads as a number is one: fields of events are all text.
"""

from carhound.engines.interpreter.functions.building import Builder, Value, number, of_values


def typeof(value: Value) -> str:
    """The type by name; `Invalid` where there is no value."""
    if value is None:
        return "Invalid"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, tuple):
        return "Multivalue"
    return "String" if number(value) is None else "Number"


def _isint(value: Value) -> bool:
    size = number(value)
    return size is not None and size.is_integer()


BUILDERS: dict[str, Builder] = {
    "isbool": of_values(lambda value: isinstance(value, bool)),
    "isint": of_values(_isint),
    "isnotnull": of_values(lambda value: value is not None),
    "isnull": of_values(lambda value: value is None),
    "isnum": of_values(lambda value: number(value) is not None),
    "isstr": of_values(lambda value: typeof(value) in ("String", "Multivalue")),
    "typeof": of_values(typeof),
}
