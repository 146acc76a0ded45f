"""GUIDs as they are written, and as Windows stores them."""

from binascii import unhexlify

GUID_SIZE = 16
_LENGTH = 36


def stored_guid(written: bytes) -> bytes | None:
    """The 16 bytes of a GUID as Windows stores it; None for what is none, in hexadecimal without braces."""
    if len(written) != _LENGTH or written[8:24:5] != b"----":
        return None
    try:
        data = unhexlify(written.replace(b"-", b""))
    except ValueError:
        return None
    return turned(data) if len(data) == GUID_SIZE else None


def turned(data: bytes) -> bytes:
    """The 16 bytes as they are written for those that are stored, and the other way round."""
    return data[3::-1] + data[5:3:-1] + data[7:5:-1] + data[8:]
