"""Templates that are told by those like them."""

import struct
from collections.abc import Sequence

import pytest

from carhound.readers.evtx.alike import Alike
from carhound.readers.evtx.templates import Named

GUID = bytes(range(16))
HEAD = 24
"""Bytes before the tokens of a template."""
CHUNK = 65536


def name(text: str, link: int = 0) -> bytes:
    return struct.pack("<IHH", link, 7, len(text)) + text.encode("utf-16-le") + b"\0\0"


class Templates:
    """Chunks with one template, which says where its names stand and something else behind each."""

    def __init__(self) -> None:
        self.read = 0
        self.chunk = self.template = b""
        """The last ones."""
        self.tell = Alike(self._read)
        self._named: list[Named] = []

    def told(
        self,
        at: int,
        names: Sequence[tuple[int, str]],
        text: bytes = b"text",
        guid: bytes = GUID,
        link: int = 0,
    ) -> tuple[bytes, ...]:
        """What one says that is defined there; it defines those of the names that stand right behind it."""
        chunk, named = bytearray(CHUNK), []
        tokens = bytearray()
        for place, what in names:
            begin = HEAD + len(tokens)
            place = at + begin + 4 if place == 0 else place
            named.append(Named(begin, place, name(what)[6:-2]))
            tokens += struct.pack("<I", place)
            if place == at + begin + 4:
                tokens += name(what, link)
            else:
                chunk[place : place + len(name(what))] = name(what, link)
            tokens += text
        template = struct.pack("<I16sI", link, guid, len(tokens)) + tokens
        chunk[at : at + len(template)] = template
        self._named = named
        self.chunk, self.template = bytes(chunk), template
        return self.tell(self.chunk, at, template)

    def _read(self, *_: object) -> tuple[tuple[bytes, ...], list[Named]]:
        self.read += 1
        return tuple(one.text for one in self._named), self._named


def said(*names: str) -> tuple[bytes, ...]:
    return tuple(name(one)[6:-2] for one in names)


def test_one_that_differs_in_places_and_links_is_not_read() -> None:
    templates = Templates()
    first = templates.told(100, [(0, "Event"), (2000, "Data"), (2000, "Data")])
    assert first == said("Event", "Data", "Data")
    assert templates.told(300, [(0, "Event"), (3000, "Data"), (3000, "Data")], link=900) is first
    assert templates.told(100, [(0, "Event"), (50, "Data"), (50, "Data")], link=9) is first
    assert templates.read == 1


@pytest.mark.parametrize(
    ("names", "more"),
    [
        ([(0, "Event"), (2000, "Date")], {}),
        ([(0, "Evens"), (2000, "Data")], {}),
        ([(0, "Event"), (2000, "Data")], {"text": b"next"}),
        ([(0, "Event"), (2000, "Data")], {"guid": bytes(16)}),
        ([(0, "Event"), (2000, "Data2")], {}),
    ],
)
def test_one_that_differs_in_more_is_read(names: list[tuple[int, str]], more: dict[str, bytes]) -> None:
    templates = Templates()
    templates.told(100, [(0, "Event"), (2000, "Data")])
    assert templates.told(300, names, **more) == said(*(one for _, one in names))  # type: ignore[arg-type]
    assert templates.read == 2


def test_the_same_bytes_at_another_place_are_another_template() -> None:
    """The name that the first defines stands outside of the second."""
    templates = Templates()
    templates.told(100, [(0, "Event")])
    templates.tell(templates.chunk, 300, templates.template)
    assert templates.read == 2


def test_the_same_bytes_with_another_name_elsewhere_are_another_template() -> None:
    templates = Templates()
    templates.told(100, [(0, "Event"), (2000, "Data")])
    assert templates.told(100, [(0, "Event"), (2000, "Date")]) == said("Event", "Date")


@pytest.mark.parametrize(("first", "then"), [(0, 2000), (2000, 128)])
def test_a_name_that_is_defined_is_not_taken_for_one_that_stands_elsewhere(first: int, then: int) -> None:
    """Nor the other way round; all but its place is the same."""
    templates = Templates()
    templates.told(100, [(first, "Data")], text=b"" if first == 0 else name("Data"))
    chunk = bytearray(templates.chunk)
    chunk[2000 : 2000 + len(name("Data"))] = name("Data")
    template = templates.template[:HEAD] + struct.pack("<I", then) + templates.template[HEAD + 4 :]
    chunk[100 : 100 + len(template)] = template
    templates.tell(bytes(chunk), 100, template)
    assert templates.read == 2


def test_names_at_one_place_are_not_taken_for_names_at_two() -> None:
    templates = Templates()
    templates.told(100, [(0, "Event"), (2000, "Data"), (2000, "Data")])
    templates.told(100, [(0, "Event"), (2000, "Data"), (3000, "Data")])
    assert templates.read == 2


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([(0, "Event")], b"t" * 9000),
        ([(30000, "N" * 5000)], b"text"),
        ([(30000, "Data")] * 300, b"t"),
    ],
)
def test_large_ones_are_not_remembered(names: list[tuple[int, str]], text: bytes) -> None:
    templates = Templates()
    for _ in range(2):
        templates.told(100, names, text)
    assert templates.read == 2


def test_only_so_many_are_remembered() -> None:
    templates = Templates()
    for number in [*range(300), 0]:
        templates.told(100, [(0, "Event")], guid=struct.pack("<I12x", number))
    assert templates.read == 301
    for number in range(20):
        templates.told(100, [(0, "Event")], text=b"%04d" % number)
    templates.told(100, [(0, "Event")], text=b"0000")
    assert templates.read == 322
