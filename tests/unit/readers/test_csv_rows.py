"""Rows of CSV, whole, odd and broken."""

import io
from time import monotonic

import pytest

from carhound.model.evidence import Damage
from carhound.readers.notes import Notes
from carhound.readers.tables.csv_rows import CsvRows, Row, header_of


def read(text: bytes) -> tuple[list[Row], list[Damage], CsvRows]:
    rows = CsvRows(io.BytesIO(text).read, Notes())
    items = list(rows)
    whole = [item for item in items if not isinstance(item, Damage)]
    return whole, [item for item in items if isinstance(item, Damage)], rows


def cells(text: bytes) -> list[list[str]]:
    whole, damaged, _ = read(text)
    assert damaged == []
    return [row for row, _ in whole]


@pytest.mark.parametrize(
    "text",
    [
        b"a,b\n1,2\n3,4\n",
        b"a,b\r\n1,2\r\n3,4",
        b"a,b\r1,2\r3,4\r",
        b'\xef\xbb\xbf"a","b"\n"1","2"\n\n"3","4"\n\n',
        b"\n\na;b\n1;2\n3;4\n",
        b"sep=;\na;b\n1;2\n3;4\n",
        b'"sep=\t"\na\tb\n1\t2\n3\t4\n',
        b'#TYPE Selected.System.Object\r\n"a","b"\r\n1,2\r\n3,4\r\n',
        b"a|b\n1|2\n3|4\n",
        b"a,b\n1,2\na,b\n3,4\n",
        b"a, b \n1,2\n3,4\n",
    ],
)
def test_every_layout_reads_the_same(text: bytes) -> None:
    assert header_of(text) == ["a", "b"]
    assert cells(text) == [["1", "2"], ["3", "4"]]


def test_cells_arrive_as_written() -> None:
    written = 'a,b\n"x, ""y""\r\n\tü\0",\n" 1 ","2\n\n3"\n'
    assert cells(written.encode()) == [['x, "y"\r\n\tü\0', ""], [" 1 ", "2\n\n3"]]


def test_positions_are_lines_of_the_file() -> None:
    whole, _, _ = read(b'a,b\n"1\n\n",2\n\n3,4\n')
    assert [position for _, position in whole] == ["line 2", "line 6"]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"1", "1 cell where the header has 2"),
        (b"1,2,3", "3 cells where the header has 2"),
        (b'"1"x,2', "no row of CSV"),
        (b'1,"2', "no row of CSV"),
        (b'"1\n2\n3",4,5', "3 cells"),
        (b"1," + b"x" * 200_000, "field larger"),
    ],
)
def test_a_broken_row_costs_only_itself(broken: bytes, reason: str) -> None:
    before = b'\xef\xbb\xbfa,b\n1,"2"\n'
    text = before + broken + b'\n"3","4"\n5,6\n'
    whole, damaged, _ = read(text)
    assert [row for row, _ in whole] == [["1", "2"], ["3", "4"], ["5", "6"]]
    (damage,) = damaged
    assert damage.where == "line 3"
    assert reason in damage.reason
    assert damage.offset == len(before)


def test_a_quote_never_closed_swallows_nothing() -> None:
    text = b"a,b\n" + b'"1,2\n' + b"3,4\n" * 50_000
    whole, damaged, _ = read(text)
    assert len(whole) == 50_000
    assert [damage.where for damage in damaged] == ["line 2"]


def test_a_text_of_unclosed_quotes_ends() -> None:
    text = b"a,b\n" + b'x,"2\n' * 400_000
    began = monotonic()
    whole, damaged, _ = read(text)
    assert monotonic() - began < 20
    assert whole == []
    assert 100 < len(damaged) <= 101
    assert "more rows" in damaged[-1].reason


def test_a_line_without_an_end_is_passed_over_and_not_kept() -> None:
    class Endless:
        """Reads a line of 64 MiB between two good ones, in pieces."""

        def __init__(self) -> None:
            self.left = [b"a,b\n1,2\n", *[b"x" * (1 << 20)] * 64, b"\n3,4\n"]

        def read(self, _: int) -> bytes:
            return self.left.pop(0) if self.left else b""

    rows = CsvRows(Endless().read, Notes())
    items = list(rows)
    assert [item[0] for item in items if not isinstance(item, Damage)] == [["1", "2"], ["3", "4"]]
    (damage,) = [item for item in items if isinstance(item, Damage)]
    assert (damage.where, damage.offset) == ("line 3", 8)
    assert "longer than 4 MiB" in damage.reason


def test_offsets_after_a_line_too_long_are_right() -> None:
    text = b"a,b\n" + b"x" * (6 << 20) + b"\n1\n"
    _, damaged, _ = read(text)
    assert [damage.offset for damage in damaged] == [4, text.index(b"\n1\n") + 1]


def test_a_row_of_endless_lines_is_bounded() -> None:
    row = b'"x\nx",' * (1 << 20)
    whole, damaged, _ = read(b"a,b\n" + row + b"\n1,2\n")
    assert whole[-1][0] == ["1", "2"]
    assert damaged


def test_invalid_text_is_told_and_replaced() -> None:
    notes = Notes()
    rows = CsvRows(io.BytesIO(b"a,b\n\xff,2\n").read, notes)
    assert [row for row, _ in (item for item in rows if not isinstance(item, Damage))] == [["\ufffd", "2"]]
    assert [remark.code for remark in notes.remarks()] == ["EV-U1"]


@pytest.mark.parametrize("text", [b"", b"\n\n", b"x" * 100, b'"', b"sep=;"])
def test_what_is_no_table_has_at_most_one_column(text: bytes) -> None:
    assert len(header_of(text)) <= 1
