"""Bytes searched for literals: whatever way of writing one a parser understands is found."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.model.folding import fold
from carhound.plan.rewrites.required_literals import SPELLINGS
from carhound.readers.literal_scan import finds, utf16_or_ansi

FEW = ("kiosk", "regsvr32.exe", "aaaa", "a-kik-a")
MANY = (*FEW, *(f"{number}.exe" for number in range(10, 60)))
"""So many that they are searched for together."""


def begins(data: bytes, at: int, literals: Sequence[str]) -> bool:
    """Whether a parser that reads a text from here on gives one that begins with a literal."""
    texts = [data[at:].decode("latin-1").replace("\0", "")] if data[at] else []
    if data[at : at + 2] != b"\0\0" and not 0xD8 <= (data[at + 1 : at + 2] or b"\xd8")[0] <= 0xDF:
        texts.append(data[at:].decode("utf-16-le", "ignore").replace("\0", ""))
    return any(fold(text).startswith(tuple(literals)) for text in texts)


def check(data: bytes, literals: Sequence[str]) -> int:
    """Holds what is found against what is there; how many there are."""
    there = [at for at in range(len(data)) if begins(data, at, literals)]
    spans = finds(literals, SPELLINGS)(data)
    assert spans == sorted(spans)
    assert [at for at in there if not any(start <= at < end for start, end in spans)] == []
    assert utf16_or_ansi(literals, SPELLINGS)(data) == bool(spans)
    return len(there)


def hidden(literal: str) -> st.SearchStrategy[bytes]:
    """A literal as UTF-16 with halves of surrogate pairs and zeros in it, or in a code page."""
    noise = st.sampled_from(["", "", "", "", "\ud9ab", "\udc00\udfff", "\0"])
    letters = [
        st.tuples(st.sampled_from(SPELLINGS.get(one, one)), noise).map("".join).map(utf16) for one in literal
    ]
    ansi = [st.sampled_from([one, one.upper(), one + "\0"]).map(str.encode) for one in literal]
    return st.tuples(*letters).map(b"".join) | st.tuples(*ansi).map(b"".join)


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from([FEW[:1], FEW, MANY]))
def test_every_literal_is_found(data: st.DataObject, literals: tuple[str, ...]) -> None:
    other = st.binary(max_size=6) | st.text(max_size=4).map(str.encode)
    pieces = data.draw(st.lists(st.sampled_from(literals).flatmap(hidden) | other, max_size=6))
    planted = data.draw(st.sampled_from(literals).flatmap(hidden))
    assert check(b"".join([*pieces, planted]), literals) >= 1


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([b"a\0", b"a", b"A", b"\0", b"\xd8", b"\0\xdc", b"k\0", b"K", b"*!", b"0\1", b"i"])
    ),
    st.sampled_from([("aaaa",), ("aaa", "aka"), ("aaaa", "kika", "kkkk", "ia-a")]),
)
def test_literals_that_overlap_are_found(pieces: list[bytes], literals: tuple[str, ...]) -> None:
    check(b"".join(pieces), literals)


def spellings_of(literal: str) -> Iterator[str]:
    yield from (literal, literal.upper(), "\ud800".join(literal), "\udc00\udfff".join(literal))
    yield literal.replace("k", "\u212a").replace("i", "\u0130")


@pytest.mark.parametrize("count", [1, len(FEW), len(MANY)])
def test_the_spans_are_where_the_literals_stand(count: int) -> None:
    literals = MANY[:count]
    for literal in literals:
        for spelling in spellings_of(literal):
            written = utf16(spelling)
            data = bytes(1000) + written + b"\1" * 501
            span = 1000, 1000 + len(written.rstrip(b"\0"))
            assert finds(literals, SPELLINGS)(data) == [span]
    assert finds(literals, SPELLINGS)(utf16("regsvr31 kios aaa 9.exe")) == []
    assert not utf16_or_ansi(literals, SPELLINGS)(utf16("regsvr31 kios aaa 9.exe"))
