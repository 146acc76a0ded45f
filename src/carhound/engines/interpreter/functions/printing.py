"""`printf()`: Splunk's Search Reference, "Conversion functions", with the conversions of C."""

import re
from collections.abc import Iterator
from functools import lru_cache

from carhound.engines.interpreter.functions.building import Value, number, single, text_of, tidy

_CONVERSION = re.compile(r"%([-+ #0']*)(\*|\d*)(?:\.(\*|\d*))?([aAcdieEfFgGosuxX%])", re.ASCII)
_WIDEST = 10_000


def printf(form: Value, *values: Value) -> Value:
    """The form with its conversions filled; null where a value is missing or of another kind."""
    if single(form) is None:
        return None
    given = iter(values)
    made: list[str] = []
    try:
        for piece in _pieces(text_of(single(form) or "")):
            made.append(piece if isinstance(piece, str) else _converted(piece, given))
    except (LookupError, ValueError, OverflowError):
        return None
    return "".join(made)


@lru_cache(maxsize=32)
def _pieces(form: str) -> tuple[str | tuple[str, str, str | None, str], ...]:
    """Plain text, and conversions as flags, width, precision and kind."""
    made: list[str | tuple[str, str, str | None, str]] = []
    at = 0
    for match in _CONVERSION.finditer(form):
        made += [form[at : match.start()], (match[1], match[2], match[3], match[4])]
        at = match.end()
    return (*made, form[at:])


def _converted(piece: tuple[str, str, str | None, str], given: Iterator[Value]) -> str:
    flags, width, precision, kind = piece
    if kind == "%":
        return "%"
    size = _whole(given) if width == "*" else int(width or 0)
    digits = None if precision is None else _whole(given) if precision == "*" else int(precision or 0)
    if size < 0:
        flags, size = flags + "-", -size
    if max(size, digits or 0) > _WIDEST:
        raise ValueError("too wide")
    commas = "'" in flags
    value = single(_next(given))
    if value is None:
        raise LookupError("no value")
    sizes = f"{flags.replace(chr(39), '')}{size or ''}{'' if digits is None else f'.{digits}'}"
    if kind == "s":
        return f"%{sizes}s" % text_of(value)
    if kind == "c" and number(value) is None:
        return f"%{sizes}s" % text_of(value)[:1]
    plain = number(value)
    if plain is None or tidy(plain) is None:
        raise ValueError("no number")
    if kind == "c":
        return f"%{sizes}s" % chr(int(plain))
    if kind in "diuoxX":
        whole = int(plain)
        if commas and kind in "diu":
            return f"%{size or ''}s" % f"{whole:,}"
        return f"%{sizes}{'d' if kind in 'iu' else kind}" % whole
    if kind in "aA":
        shown = plain.hex()
        return f"%{size or ''}s" % (shown.upper() if kind == "A" else shown)
    return (
        f"%{size or ''}s" % f"{plain:,.{6 if digits is None else digits}f}"
        if commas
        else (f"%{sizes}{kind}" % plain)
    )


def _next(given: Iterator[Value]) -> Value:
    try:
        return next(given)
    except StopIteration:
        raise LookupError("no value left") from None


def _whole(given: Iterator[Value]) -> int:
    size = number(_next(given))
    if size is None:
        raise ValueError("no number")
    return int(size)
