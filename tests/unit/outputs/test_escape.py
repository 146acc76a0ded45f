"""Text from evidence made safe to show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.outputs.escape import csv_text, is_visible, pieces, visible, without_surrogates

anything = st.text(st.characters() | st.characters(categories=["Cs"]))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain C:\\new\\table", "plain C:\\new\\table"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\nb\tc\rd\x00", r"a\x0ab\x09c\x0dd\x00"),
        ("\x7f\x85\x9b", r"\x7f\x85\x9b"),
        ("\u202etxt.exe\u2066\u2069\u200e\u200f\u061c", r"\u202etxt.exe\u2066\u2069\u200e\u200f\u061c"),
        ("a\u200bb\u200db\ufeff\u00ad\u2060", r"a\u200bb\u200db\ufeff\xad\u2060"),
        ("\u2028\u2029\xa0\u3000", r"\u2028\u2029\xa0\u3000"),
        ("\ud800\udfff", r"\ud800\udfff"),
        ("\U000e0041\ufe0f\u3164\u2800", r"\U000e0041\ufe0f\u3164\u2800"),
        ("\ue000\ufffe\U0010ffff", r"\ue000\ufffe\U0010ffff"),
        ("grüße 日本 emoji \U0001f600", "grüße 日本 emoji \U0001f600"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_its_code(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(anything)
def test_all_that_is_left_is_visible_and_stays_as_it_is(text: str) -> None:
    assert all(map(is_visible, visible(text)))
    assert visible(visible(text)) == visible(text)


@given(anything)
def test_pieces_are_the_visible_text(text: str) -> None:
    assert "".join(piece for piece, _ in pieces(text)) == visible(text)


@given(anything)
def test_surrogates_are_gone_and_nothing_else(text: str) -> None:
    whole = without_surrogates(text)
    whole.encode("utf-8")
    assert len(whole) == len(text)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", " =1", "＝1", "＋1", "－1", "＠a"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert csv_text(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=1", "1-1", "C:\\x", '"quoted"', "'=1"])
def test_other_cells_are_left_alone(text: str) -> None:
    assert csv_text(text) == text


def test_tab_and_return_before_a_formula_are_codes() -> None:
    assert csv_text("\t=1") == r"\x09=1"
    assert csv_text("\r\n=1") == r"\x0d\x0a=1"
