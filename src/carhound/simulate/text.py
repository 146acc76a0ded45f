"""What of a simulated text every format can hold, so that all formats say the same."""

import re

_NOWHERE = re.compile("[\0\ud800-\udfff]")
_NOT_IN_XML = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def storable(text: str) -> str:
    """The text as a Windows log keeps it: pairs of surrogates are one character.

    A lone surrogate, and NUL, which ends a text there, become U+FFFD.
    """
    if _NOWHERE.search(text) is None:
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\ufffd")


def xml_text(text: str) -> str:
    """The storable text, with U+FFFD for what XML 1.0 cannot hold (section 2.2, Char) even as reference."""
    return _NOT_IN_XML.sub("\ufffd", storable(text))
