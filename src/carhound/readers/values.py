"""Values of records as text: the model knows nothing else."""

import json
from typing import Any

import orjson

from carhound.model.event import Value


class UnreadableError(ValueError):
    """A record of a known shape whose payload cannot be read; says why, lower case, no full stop."""


def text_of(value: Any) -> Value | None:
    """A decoded JSON value as text; None where there is nothing.

    Numbers lose an empty fraction, booleans are "true" and "false", lists become tuples (a list of one its
    only text), objects compact JSON.
    """
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    if value is None:
        return None
    if type(value) is list:
        texts = tuple(one_text(item) for item in value if item is not None)
        return texts[0] if len(texts) == 1 else texts or None
    return one_text(value)


def one_text(value: Any) -> str:
    """A decoded JSON value other than null as one text; lists as JSON.

    Raises:
        UnreadableError: it is nested too deeply.
    """
    if type(value) is str:
        return value
    if value is True:
        return "true"
    if value is False:
        return "false"
    if type(value) is float and value.is_integer():
        return str(int(value))
    if type(value) in (dict, list):
        return _json(value)
    return str(value)


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # a number beyond 64 bits, or deeper than orjson writes though not than it reads
        try:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        except RecursionError:
            raise UnreadableError("a field is nested too deeply") from None


def header_text(value: Any) -> str | None:
    """A header field as text; None where it is absent, empty or no single value."""
    if type(value) is str:
        return value or None
    if type(value) is int:
        return str(value)
    if type(value) is float and value.is_integer():
        return str(int(value))
    return None


def put(fields: dict[str, Value], name: str, value: Value | None) -> None:
    """Adds a field; a name met again gathers its texts in a tuple."""
    if value is None:
        return
    before = fields.get(name)
    if before is None:
        fields[name] = value
        return
    fields[name] = (before if isinstance(before, tuple) else (before,)) + (
        value if isinstance(value, tuple) else (value,)
    )
