"""Shapes of a drawing, in pixels from the top left; templates/drawings.html writes them as SVG."""

import unicodedata

from msgspec import Struct

from carhound.outputs.escape import visible

CHARACTER = 7.3
"""Width of a character of the drawings' fixed-width font."""


class Label(Struct, frozen=True):
    """A text; `kind` is its class in the style sheet."""

    x: float
    y: float
    kind: str
    text: str
    title: str | None = None
    """The whole text, where it was cut or stands for more."""
    href: str | None = None


class Box(Struct, frozen=True):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    kind: str


class Mark(Struct, frozen=True):
    """A dot, which may lead somewhere."""

    x: float
    y: float
    radius: float
    title: str
    href: str | None = None
    text: str = ""


class Drawing(Struct, frozen=True):
    """A whole drawing."""

    width: float
    height: float
    boxes: tuple[Box, ...] = ()
    paths: tuple[str, ...] = ()
    """As SVG writes them."""
    marks: tuple[Mark, ...] = ()
    labels: tuple[Label, ...] = ()
    left_out: int = 0
    """Lanes that are not drawn."""


def cells(text: str) -> int:
    """Columns of a text in a fixed-width font."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def clipped(text: str, most: int) -> str:
    """The text as it can be seen, its middle left out where it takes more than `most` columns.

    The end stays, since that is where paths and command lines differ.
    """
    shown = visible(text)
    if cells(shown) <= most:
        return shown
    head, tail = most * 2 // 3, most - most * 2 // 3 - 1
    while cells(shown[:head]) > most * 2 // 3:
        head -= 1
    while cells(shown[len(shown) - tail :]) > most - most * 2 // 3 - 1:
        tail -= 1
    return f"{shown[:head]}…{shown[len(shown) - tail :]}"
