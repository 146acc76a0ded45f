r"""Text from evidence made safe to show. Whoever writes a command line also chooses its characters.

A character that would move the cursor, reorder, hide or fake text is shown as its code: `\x1b`, `\u202e`,
`\U000e0041`. Codes are always numbers, never `\n` or `\t`: in a Windows path those are ordinary text.
"""

import re
from collections.abc import Iterator

_UNSEEN = frozenset(
    map(
        chr,
        (
            0x034F,  # combining grapheme joiner
            0x115F,  # Hangul fillers
            0x1160,
            0x3164,
            0xFFA0,
            0x17B4,  # Khmer inherent vowels
            0x17B5,
            0x180B,  # Mongolian variation selectors
            0x180C,
            0x180D,
            0x180F,
            0x2800,  # blank Braille pattern
            *range(0xFE00, 0xFE10),  # variation selectors
            *range(0xE0100, 0xE01F0),
        ),
    )
)
"""Characters that Unicode counts as printable and that nobody sees."""

_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""What starts a formula in a spreadsheet, full-width forms included."""


def is_visible(character: str) -> bool:
    """Whether a reader sees this character as what it is: no control, format, separator or unassigned one."""
    return character.isprintable() and character not in _UNSEEN


def code(character: str) -> str:
    """The character as a number that Python, and most people who hunt, can read back."""
    point = ord(character)
    if point <= 0xFF:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"


def visible(text: str) -> str:
    """The text with every character that cannot be seen as itself shown as its code."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if is_visible(character) else code(character) for character in text)


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of `visible(text)` in order, each with whether it is a code for something unseen."""
    plain: list[str] = []
    for character in text:
        if is_visible(character):
            plain.append(character)
            continue
        if plain:
            yield "".join(plain), False
            plain.clear()
        yield code(character), True
    if plain:
        yield "".join(plain), False


def csv_text(text: str) -> str:
    """The text for a cell: visible, and with an apostrophe before what a spreadsheet would run as a formula.

    Line breaks become codes too, so that a row is a line for every tool that reads lines.
    """
    shown = visible(text)
    return "'" + shown if shown.lstrip()[:1] in _FORMULA else shown


def without_surrogates(text: str) -> str:
    """The text as Unicode that can be encoded: each lone surrogate becomes U+FFFD."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
