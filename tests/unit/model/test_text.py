"""Letter case, patterns and the caret of a diagnostic."""

import re

from hypothesis import given
from hypothesis import strategies as st

from carhound.model.diagnostics import Diagnostic, Source, Span
from carhound.model.folding import fold
from carhound.model.glob import Glob

few_letters = st.text(alphabet="ab*", max_size=8)


@given(st.text())
def test_folding_keeps_the_number_of_code_points_and_is_stable(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folding_goes_code_point_by_code_point(text: str) -> None:
    assert fold(text) == "".join(fold(character) for character in text)


def test_folding_where_languages_differ() -> None:
    assert fold("İΣς\u212aſß") == "iσςkſß"


@given(few_letters, st.text(alphabet="ab", max_size=8))
def test_a_pattern_matches_what_its_regular_expression_matches(pattern: str, text: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None
    assert Glob(pattern).matcher()(text) == expected


def test_a_pattern_of_many_stars_ends_at_once() -> None:
    assert not Glob("*a" * 500 + "*b").matcher()("a" * 20_000)


def test_the_caret_stands_below_the_place() -> None:
    source = Source("first line\n  Image==x | stats", "file.yaml", line=10, indent=4)
    start = source.text.index("==")
    diagnostic = Diagnostic(
        "SPL-P1", "one = is enough", "error", Span(start, start + 2), source, "write Image=x"
    )
    assert diagnostic.position() == (11, 12)
    assert diagnostic.render().splitlines() == [
        "file.yaml:11:12: SPL-P1: one = is enough",
        "    Image==x | stats",
        "         ^^",
        "  hint: write Image=x",
    ]
