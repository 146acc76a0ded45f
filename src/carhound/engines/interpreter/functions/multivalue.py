"""Splunk's Search Reference, "Multivalue eval functions".

A field with one value is a multivalue field of one; what has no value left is null.
"""

from carhound.engines.interpreter.functions.building import (
    Builder,
    Value,
    number,
    of_values,
    several,
    single,
    text_of,
    texts_of,
)
from carhound.engines.interpreter.regexes import encodable, searcher

_MOST_VALUES = 100_000


def mvcount(field: Value) -> Value:
    """How many values there are; null for none."""
    return len(texts_of(field)) or None


def mvdedup(field: Value) -> Value:
    """Each value once, at its first place."""
    return several(dict.fromkeys(texts_of(field)))


def mvfind(field: Value, expression: Value) -> Value:
    """The place, from 0, of the first value that matches."""
    asked = single(expression)
    search = None if asked is None else searcher(text_of(asked))
    if search is None:
        return None
    found = (place for place, text in enumerate(texts_of(field)) if search(encodable(text)) is not None)
    return next(found, None)


def mvindex(field: Value, start: Value, end: Value = "") -> Value:
    """The value at a place from 0, below zero from the end; with `end` all values up to it, it included."""
    values = texts_of(field)
    first, last = number(start), number(start if end == "" else end)
    if first is None or last is None or not (first.is_integer() and last.is_integer()):
        return None
    begin, stop = (int(place) + (len(values) if place < 0 else 0) for place in (first, last))
    if begin < 0 or stop >= len(values):
        return None
    return several(values[begin : stop + 1])


def mvjoin(field: Value, delimiter: Value) -> Value:
    """The values as one text."""
    between = single(delimiter)
    return None if field is None or between is None else text_of(between).join(texts_of(field))


def mvrange(start: Value, end: Value, step: Value = 1) -> Value:
    """Numbers from `start` to below `end`; null for no step forward, and for more than a row should hold."""
    first, last, by = number(start), number(end), number(step)
    if first is None or last is None or by is None or by <= 0 or (last - first) / by > _MOST_VALUES:
        return None
    count = max(0, -int(-(last - first) // by))
    return several(_plain(first + by * one) for one in range(count))


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def mvzip(left: Value, right: Value, delimiter: Value = ",") -> Value:
    """First with first, second with second, as far as both go."""
    between = single(delimiter)
    if between is None:
        return None
    pairs = zip(texts_of(left), texts_of(right), strict=False)
    return several(f"{one}{text_of(between)}{other}" for one, other in pairs)


def split(field: Value, delimiter: Value) -> Value:
    """The pieces between delimiters; with an empty delimiter the characters."""
    text, between = single(field), single(delimiter)
    if text is None or between is None:
        return None
    whole, mark = text_of(text), text_of(between)
    return several(whole.split(mark) if mark else list(whole))


BUILDERS: dict[str, Builder] = {
    "mvappend": of_values(lambda *values: several(values)),
    "mvcount": of_values(mvcount),
    "mvdedup": of_values(mvdedup),
    "mvfind": of_values(mvfind),
    "mvindex": of_values(mvindex),
    "mvjoin": of_values(mvjoin),
    "mvrange": of_values(mvrange),
    "mvsort": of_values(lambda field: several(sorted(texts_of(field)))),
    "mvzip": of_values(mvzip),
    "split": of_values(split),
}
