"""Patterns compared with each other, held against all short texts."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.model.folding import fold
from carhound.model.glob import Glob

PATTERNS = st.text("abA*", max_size=4).map(Glob)
TEXTS = ["".join(letters) for size in range(9) for letters in product("ab", repeat=size)]
FOREIGN = ["".join(letters) for size in range(6) for letters in product("abc", repeat=size)]


@given(PATTERNS, PATTERNS)
@settings(max_examples=200)
def test_patterns_meet_where_a_text_matches_both(one: Glob, other: Glob) -> None:
    first, second = one.matcher(), other.matcher()
    # A text that matches both need be no longer than both patterns together.
    assert one.meets(other) is any(first(text) and second(text) for text in TEXTS)
    assert one.meets(other) is other.meets(one)


@given(PATTERNS, PATTERNS)
@settings(max_examples=200)
def test_a_pattern_covers_another_where_it_matches_all_that_the_other_does(one: Glob, other: Glob) -> None:
    first, second = one.matcher(), other.matcher()
    # "c" stands in no pattern: it is the text that a wildcard alone can match.
    assert one.covers(other) is all(first(text) for text in FOREIGN if second(text))


def test_letter_case_does_not_count() -> None:
    assert Glob(r"C:\WINDOWS\*").covers(Glob(r"c:\windows\x.exe"))
    assert Glob("Ä*").meets(Glob("*ä"))
    assert fold("Ä") == "ä"
