"""Values as JSON text, whatever evidence put into them."""

import re

import orjson

from carhound.outputs.escape import code, is_visible, without_surrogates

_BEYOND_ASCII = re.compile(r"[^\x00-\x7e]")


def encode(value: object, *, indent: bool = False) -> bytes:
    """UTF-8 JSON ending in a line break.

    What JSON cannot hold is replaced: a lone surrogate in a value by U+FFFD, in a key by its code; an integer
    beyond 64 bits by its digits as text. Characters that cannot be seen are written as JSON's own escapes,
    so that JSON shown on a terminal cannot act on it.
    """
    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if indent else 0)
    try:
        written = orjson.dumps(value, option=option)
    except TypeError:
        written = orjson.dumps(_encodable(value), option=option)
    if written.isascii() and b"\x7f" not in written:
        return written
    return _BEYOND_ASCII.sub(_escape, written.decode("utf-8")).encode("utf-8")


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if is_visible(character):
        return character
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _encodable(value: object) -> object:
    match value:
        case str():
            return without_surrogates(value)
        case dict():
            return {_key(key): _encodable(item) for key, item in value.items()}
        case list() | tuple():
            return [_encodable(item) for item in value]
        case int() if not -(2**63) <= value < 2**64:
            return str(value)
        case _:
            return value


def _key(key: str) -> str:
    return "".join(code(letter) if "\ud800" <= letter <= "\udfff" else letter for letter in key)
