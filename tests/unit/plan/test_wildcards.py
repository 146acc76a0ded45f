"""`*` in names and values."""

import re

from hypothesis import given
from hypothesis import strategies as st

from carhound.plan.wildcards import change, meant, new_name

TEXTS = st.text("ab_", max_size=8)
PATTERNS = st.text("ab_*", max_size=6)


@given(TEXTS, PATTERNS)
def test_a_pattern_changed_into_itself_gives_the_text_where_it_matches(text: str, pattern: str) -> None:
    matches = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
    assert change(text, pattern, pattern) == (text if matches else None)


@given(TEXTS, TEXTS)
def test_what_a_run_matches_goes_where_the_replacement_has_it(one: str, other: str) -> None:
    assert change(f"{one}/{other}", "*/*", "<*-*>") == f"<{one}-{other}>"


def test_a_replacement_without_wildcards() -> None:
    assert change("db.localhost", "*localhost", "localhost") == "localhost"


def test_many_stars_on_a_long_text_end_at_once() -> None:
    assert change("a" * 100_000, "*a" * 30 + "*b", "x") is None


def test_internal_names_are_meant_only_as_they_are_written() -> None:
    assert new_name("_time", "*", "x_*") is None
    assert new_name("_time", "_t*", "t*") == "time"
    assert meant(["*", "_raw"], ["a", "_time", "b"]) == ["a", "b", "_raw"]
    assert meant([], ["a", "_time"]) == ["a"]
