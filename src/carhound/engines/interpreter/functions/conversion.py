"""Splunk's Search Reference, "Conversion functions"."""

import re

from carhound.engines.interpreter.functions.building import (
    Builder,
    Single,
    Value,
    number,
    of_values,
    single,
    text_of,
    tidy,
)
from carhound.engines.interpreter.functions.mathematical import rounded
from carhound.engines.interpreter.functions.printing import printf

_DIGITS = re.compile(r"[+-]?(?:0[xX])?[0-9A-Za-z]+", re.ASCII)


def tonumber(value: Value, base: Value = 10) -> Value:
    """The number that a text is in a base from 2 to 36; null for none, and for several values."""
    one, radix = single(value), number(base)
    if one is None or isinstance(one, bool) or radix is None or not 2 <= radix <= 36:
        return None
    if radix == 10:
        size = number(one)
        return None if size is None else tidy(size)
    text = text_of(one).strip()
    try:
        return int(text, int(radix)) if _DIGITS.fullmatch(text) else None
    except ValueError:
        return None


def tostring(value: Value, form: Value = "") -> Value:
    """As text; a number as `hex`, `binary`, with `commas`, or as a `duration` of seconds. Null stays null."""
    if form is None:
        return None
    if isinstance(value, tuple):
        return tuple(text_of(made) for one in value if (made := _shown(one, form)) is not None)
    return _shown(value, form)


def _shown(value: Single, form: Value) -> str | None:
    if value is None or isinstance(value, bool):
        return None if value is None else str(value)
    size = number(value)
    if size is None or tidy(size) is None or form == "":
        return text_of(value)
    match form:
        case "hex":
            return f"{'-' if size < 0 else ''}0x{abs(int(size)):X}"
        case "binary":
            return f"{int(size):b}"
        case "commas":
            return f"{int(size):,}" if size.is_integer() else f"{rounded(size, 2):,.2f}"
        case "duration":
            return _duration(size)
        case _:
            return text_of(value)


def _duration(seconds: float) -> str:
    """`1+02:03:04`: days before a plus sign, where there are any."""
    whole = abs(int(seconds))
    days, rest = divmod(whole, 86_400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    fraction = abs(seconds) - whole
    part = f"{fraction:.6f}"[1:] if fraction else ""
    return f"{'-' if seconds < 0 else ''}{f'{days}+' if days else ''}{clock}{part}"


BUILDERS: dict[str, Builder] = {
    "printf": of_values(printf),
    "tonumber": of_values(tonumber),
    "tostring": of_values(tostring),
}
