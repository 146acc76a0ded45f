"""JSON text: as UTF-8 whatever encoding the file has, and decoded even where its characters are faulty."""

import codecs
from collections.abc import Callable
from typing import Any

import orjson

from carhound.readers.interface import ByteSource
from carhound.readers.notes import Notes

_LITTLE, _BIG = "utf-16-le", "utf-16-be"


def utf16_name(head: bytes) -> str | None:
    """The UTF-16 a text starts in: by its byte order mark, or by NULs beside its first characters."""
    if head.startswith(codecs.BOM_UTF16_LE):
        return _LITTLE
    if head.startswith(codecs.BOM_UTF16_BE):
        return _BIG
    if len(head) >= 4 and head[0] and not head[1] and head[2] and not head[3]:
        return _LITTLE
    if len(head) >= 4 and not head[0] and head[1] and not head[2] and head[3]:
        return _BIG
    return None


def as_utf8(head: bytes, source: ByteSource) -> Callable[[int], bytes]:
    """A read function over `head` and what follows it in `source`; faulty characters become U+FFFD."""
    first = [head]

    def read(size: int) -> bytes:
        return first.pop() if first else source.read(size)

    name = utf16_name(head)
    if name is None:
        return read
    decoder = codecs.getincrementaldecoder(name)("replace")
    ended = False

    def read_decoded(size: int) -> bytes:
        nonlocal ended
        while not ended:
            data = read(size)
            ended = not data
            if text := decoder.decode(data, final=ended).replace("\ufeff", ""):
                return text.encode()
        return b""

    return read_decoded


def decode(text: bytes, notes: Notes) -> Any:
    """The value of a JSON text. Faulty characters become U+FFFD, and that is noted.

    Raises:
        ValueError: it is not valid JSON, or nested too deeply.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        import json  # for faulty texts only

        try:
            value = json.loads(text.decode("utf-8", "replace"), strict=False)
        except (ValueError, RecursionError):
            raise error from None
        try:
            value = _valid_text(value)
        except RecursionError:
            raise error from None
        notes.add("EV-U1")
        return value


def _valid_text(value: Any) -> Any:
    """The value with every lone surrogate replaced by U+FFFD."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_valid_text(name): _valid_text(one) for name, one in value.items()}
        case list():
            return [_valid_text(one) for one in value]
    return value
