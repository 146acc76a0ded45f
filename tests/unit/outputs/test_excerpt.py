"""Source lines on narrow pages, and the carets under them."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from carhound.outputs.terminal.excerpt import excerpt


def shown(line: str, marked: str, room: int) -> tuple[str, str]:
    """The excerpt around the first `marked` as plain text."""
    at = line.index(marked)
    text, carets = excerpt(line, at, at + len(marked), room)
    return text.plain, carets


def test_a_short_line_is_whole() -> None:
    assert shown("index=x | join a", "join", 80) == ("index=x | join a", "          ^^^^")


def test_tabs_and_wide_and_unseen_characters_keep_the_carets_in_place() -> None:
    assert shown("\t日本 \x1b join", "join", 80) == (r" 日本 \x1b join", "           ^^^^")


def test_carets_are_as_wide_as_what_they_mark() -> None:
    assert shown("a \x1b日 b", "\x1b日", 80) == (r"a \x1b日 b", "  ^^^^^^")


def test_a_long_line_is_cut_on_both_sides() -> None:
    line = "a" * 100 + " join " + "b" * 100
    assert shown(line, "join", 20) == ("…aaaaaa join bbbbbb…", "        ^^^^")


def test_a_mark_behind_the_end_stands_behind_it() -> None:
    text, carets = excerpt("a b", 3, 4, 80)
    assert (text.plain.rstrip(), carets) == ("a b", "   ^")


@given(st.text(min_size=1), st.data())
def test_the_excerpt_fits_and_carets_stay_under_it(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line) - 1))
    end = data.draw(st.integers(start + 1, len(line)))
    room = data.draw(st.integers(20, 120))
    text, carets = excerpt(line, start, end, room)
    assert cell_len(text.plain) <= room
    assert len(carets) <= room
    assert carets.strip(" ").strip("^") == ""
