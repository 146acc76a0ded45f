"""Bytes searched for literals: whatever way of writing one a parser understands is found."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.model.folding import fold
from carhound.plan.rewrites.required_literals import SPELLINGS
from carhound.readers.literals.scan import in_text, utf8, utf16_or_ansi

FEW = ("kiosk", "regsvr32.exe", "aaaa", "a-kik-a")
SOME = (*FEW, "taskhost.exe", "quick.exe", "(c) microsoft", "vssadmin", "junk files", "zip_tool")
MANY = (*SOME, *(f"{number}.exe" for number in range(10, 60)))
SETS = {"one": FEW[:1], "few": FEW, "some": SOME, "many": MANY}
"""Literals that are searched for in different ways, by their number."""


def begins(data: bytes, at: int, literals: Sequence[str]) -> bool:
    """Whether a parser that reads a text from here on gives one that begins with a literal."""
    texts = [data[at:].decode("latin-1").replace("\0", "")] if data[at] else []
    if data[at : at + 2] != b"\0\0" and not 0xD8 <= (data[at + 1 : at + 2] or b"\xd8")[0] <= 0xDF:
        texts.append(data[at:].decode("utf-16-le", "ignore").replace("\0", ""))
    return any(fold(text).startswith(tuple(literals)) for text in texts)


def check(data: bytes, literals: Sequence[str]) -> int:
    """What is there is found; how many there are."""
    there = [at for at in range(len(data)) if begins(data, at, literals)]
    assert utf16_or_ansi(literals, SPELLINGS)(data) or not there
    return len(there)


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def spelt(literal: str) -> st.SearchStrategy[str]:
    return st.tuples(*(st.sampled_from(SPELLINGS.get(one, one)) for one in literal)).map("".join)


def hidden(literal: str) -> st.SearchStrategy[bytes]:
    """A literal as UTF-16 with halves of surrogate pairs and zeros in it, or in a code page."""
    noise = st.sampled_from(["", "", "", "", "\ud9ab", "\udc00\udfff", "\0"])
    in_utf16 = st.tuples(spelt(literal), st.lists(noise, min_size=len(literal))).map(
        lambda drawn: utf16("".join(letter + between for letter, between in zip(*drawn, strict=False)))
    )
    ansi = [st.sampled_from([one, one.upper(), one + "\0"]).map(str.encode) for one in literal]
    return in_utf16 | st.tuples(*ansi).map(b"".join)


literal_sets = st.sampled_from(list(SETS.values()))


@settings(max_examples=100, deadline=None)
@given(st.data(), literal_sets)
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
    st.sampled_from(
        [("aaaa",), ("aaa", "aka"), ("aaaa", "kika", "kkkk", "ia-a"), ("ai", "ka", "a", "aik" * 4)]
    ),
)
def test_literals_that_overlap_are_found(pieces: list[bytes], literals: tuple[str, ...]) -> None:
    check(b"".join(pieces), literals)


def spellings_of(literal: str) -> Iterator[str]:
    yield from (literal, literal.upper(), "\ud800".join(literal), "\udc00\udfff".join(literal))
    yield literal.replace("k", "\u212a").replace("i", "\u0130")


NONE_OF_THEM = "regsvr3.exe myquick.ex osk.exe aaa a-kik- wmic microsoft (c) 0.exe ssadmin junk-files"


@pytest.mark.parametrize("literals", SETS.values(), ids=SETS)
def test_each_spelling_is_found(literals: tuple[str, ...]) -> None:
    for literal in literals:
        for spelling in spellings_of(literal):
            assert utf16_or_ansi(literals, SPELLINGS)(bytes(1000) + utf16(spelling) + b"\1" * 501)
    assert not utf16_or_ansi(literals, SPELLINGS)(utf16(NONE_OF_THEM) + NONE_OF_THEM.encode())


def lines_found(lines: bytes, literals: Sequence[str]) -> set[int]:
    """The numbers of the lines that the searches find places in."""
    numbers = set()
    for find in utf8(literals, SPELLINGS):
        at = 0
        while at < len(lines) and (hit := find(lines, at)) >= 0:
            assert hit >= at
            numbers.add(lines.count(b"\n", 0, hit))
            at = lines.find(b"\n", hit) + 1 or len(lines)
    return numbers


@settings(max_examples=100, deadline=None)
@given(st.data(), literal_sets)
def test_lines_in_utf8_are_found_that_hold_a_literal(data: st.DataObject, literals: tuple[str, ...]) -> None:
    # Ends of literals are among them, more in a row than are looked at one by one.
    end = st.sampled_from([literal[-length:] for literal in literals for length in (7, 8, 9)])
    line = st.lists(st.text(max_size=3) | end | st.sampled_from(literals).flatmap(spelt), max_size=3)
    given_lines = data.draw(st.lists(st.tuples(line, st.sampled_from([1, 1, 40])), max_size=8))
    lines = ["".join(pieces).replace("\n", "") for pieces, times in given_lines for _ in range(times)]
    there = {number for number, one in enumerate(lines) if any(wanted in fold(one) for wanted in literals)}
    found = lines_found("".join(f"{one}\n" for one in lines).encode("utf-8", "surrogatepass"), literals)
    assert there <= found
    assert found == set() or there


@pytest.mark.parametrize("literals", [FEW, SOME], ids=["few", "some"])
def test_a_literal_is_found_behind_ends_of_literals(literals: tuple[str, ...]) -> None:
    for ends in range(40):
        lines = [*["vr32.exe"] * ends, "regsvr32.exe", *["egsvr32.exe"] * 40, "REGSVR32.EXE"]
        found = lines_found("".join(f"{line}\n" for line in lines).encode(), literals)
        assert {ends, len(lines) - 1} <= found
        assert len(found) < 20


@settings(max_examples=200, deadline=None)
@given(st.data(), literal_sets)
def test_a_text_holds_a_literal_where_its_folding_does(
    data: st.DataObject, literals: tuple[str, ...]
) -> None:
    other = st.text(max_size=5) | st.text(st.characters(max_codepoint=127), max_size=5) | st.just("\ud800")
    part = st.sampled_from(literals).map(lambda literal: literal[1:])
    whole = st.sampled_from(literals).flatmap(spelt)
    text = "".join(data.draw(st.lists(other | part | whole, max_size=4)))
    assert in_text(literals)(text) == any(literal in fold(text) for literal in literals)


def test_as_many_and_as_long_literals_as_there_may_be_are_found() -> None:
    literals = [f"{number:03} " + f"kiosk-task.{number % 7}" * 8 for number in range(256)]
    found, holds, searches = utf16_or_ansi(literals, SPELLINGS), in_text(literals), utf8(literals, SPELLINGS)
    for literal in literals[::15]:
        assert found(b"\1" * 9 + utf16(literal))
        assert not found(b"\1" * 9 + utf16(literal[:-1]))
        assert holds(f"\u00e9 {literal}")
        assert not holds(f"\u00e9 {literal[:-1]}")
        assert any(find(literal.encode(), 0) >= 0 for find in searches)


def test_without_literals_nothing_is_found() -> None:
    assert not in_text(())("é text")
    assert utf8((), SPELLINGS) == ()
    assert not utf16_or_ansi((), SPELLINGS)(b"text")
