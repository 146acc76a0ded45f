"""Files of events: whatever they are called, whatever they lack, and what is read of them."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from carhound.engines.duckdb.files import EventFiles
from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.rows import Row
from carhound.engines.sql.split import split
from carhound.engines.sql.stems import candidates
from carhound.errors import LakeError
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.model.event import Event, RawEvent
from carhound.model.event_table import EventTable
from carhound.model.windows import NO_BOUNDS, Window
from carhound.normalize.normalizer import Normalizer
from carhound.plan.nodes import Node, Stats
from carhound.plan.predicates import Field, MatchesRegex
from carhound.plan.stems import Stem, stems

from .event_files import BARE, write

TABLE = EventTable(("Image",), (), ("regsvr32.exe",))


def sysmon(image: str, day: int = 1, **data: str) -> Event:
    time = datetime(2024, 6, day, tzinfo=UTC)
    raw = RawEvent(
        "Microsoft-Windows-Sysmon", None, "1", "H", str(day), time, {"Image": image} | data, {}, ""
    )
    return Normalizer().event(raw, "f", "s")


def plan(text: str) -> Node:
    return compile_spl(Source(text, "test")).plan


def stem(text: str) -> Stem:
    return stems(plan(text))[0]


@pytest.mark.parametrize("name", ["logs[1]", "it's", "time=1", "a b;--", "é", "[", "x]"])
def test_any_name_of_a_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "logs1").mkdir()
    write([sysmon("other.exe")], BARE, tmp_path / "logs1")
    files = write([sysmon("a.exe"), sysmon("b.exe", 2)], BARE, tmp_path / name)
    with EventFiles(BARE, files) as table:
        found = [row["data"] for row in table.matches(stem("*"), NO_BOUNDS)]
    assert found == ['{"Image":"a.exe"}', '{"Image":"b.exe"}']


def test_times_are_utc_and_windows_half_open(tmp_path: Path) -> None:
    events = [sysmon("a.exe", day) for day in (1, 2, 3)]
    window = Window(datetime(2024, 6, 2, tzinfo=UTC), datetime(2024, 6, 3, tzinfo=UTC))
    with EventFiles(BARE, write(events, BARE, tmp_path)) as table:
        (row,) = table.matches(stem("*"), window)
    assert row["time"] == events[1].time
    assert row["time"].utcoffset().total_seconds() == 0


def test_a_column_that_a_file_lacks_is_null(tmp_path: Path) -> None:
    """A tag that nobody filled in leaves nothing out."""
    old = write([sysmon("regsvr32.exe"), sysmon("x.exe")], EventTable(("Image",)), tmp_path)
    new = write([sysmon("regsvr32.exe"), sysmon("x.exe")], TABLE, tmp_path)
    with opened(TABLE, [*old, *new]) as table:
        found = table.matches(stem("Image=*regsvr32.exe"), NO_BOUNDS)
        assert found.exact
        assert len(list(found)) == 2
    with opened(TABLE, old) as table:
        assert len(list(table.matches(stem("Image=*regsvr32.exe"), NO_BOUNDS))) == 1


def opened(table: EventTable, files: list[str]) -> EventFiles:
    return EventFiles(table, files, threads=1)


def test_no_files_are_no_events() -> None:
    with EventFiles(TABLE, []) as table:
        assert list(table.matches(stem("*"), NO_BOUNDS)) == []


def test_a_file_that_is_gone_or_damaged(tmp_path: Path) -> None:
    (gone, damaged) = write([sysmon("a.exe"), sysmon("b.exe")], BARE, tmp_path)
    Path(damaged).write_bytes(b"PAR1 nothing of the kind PAR1")
    for path in (damaged, str(tmp_path / "missing.parquet")):
        with pytest.raises(LakeError) as caught, EventFiles(BARE, [gone, path]) as table:
            list(table.matches(stem("*"), NO_BOUNDS))
        assert Path(path).name in caught.value.message
        assert caught.value.hint


def test_a_file_that_is_damaged_inside(tmp_path: Path) -> None:
    (path, _) = write([sysmon("x" * 5000 + str(n)) for n in range(40)], BARE, tmp_path)
    content = bytearray(Path(path).read_bytes())
    size = pq.ParquetFile(path).metadata.serialized_size
    content[4 : len(content) - size - 8] = bytes(len(content) - size - 12)
    Path(path).write_bytes(content)
    with EventFiles(BARE, [path]) as table, pytest.raises(LakeError):
        list(table.matches(stem("*"), NO_BOUNDS))


def test_row_groups_without_the_tag_are_left_out(tmp_path: Path) -> None:
    """Eight row groups of two rows; one of them holds the literal."""
    events = [sysmon(f"{n}.exe") for n in range(15)] + [sysmon("regsvr32.exe")]
    with EventFiles(TABLE, write(events, TABLE, tmp_path), threads=1) as table:
        assert scanned(table, stem("Image=*regsvr32.exe")) == "1 / 8"
        assert scanned(table, stem("Image=*3.exe")) == "8 / 8"


def scanned(table: EventFiles, asked: Stem) -> str:
    query = table.statement(candidates(asked, table.table, NO_BOUNDS, ["sequence"]))
    rows = table._connection.execute("EXPLAIN ANALYZE " + query).fetchall()
    text = "\n".join(map(str, rows[0]))
    # The odd rows are looked for in a scan of their own, which finds none.
    scans = [one.split("│")[0].strip() for one in text.split("Row Groups Scanned: ")[1:]]
    return max(scans, key=lambda one: int(one.split()[0]))


def test_what_sql_cannot_say_is_split_off() -> None:
    whole = split(plan("Image=*x* regsvr32.exe | stats count by Image | sort - count"), TABLE)
    assert [part.engine for part in whole.parts] == ["sql", "sql", "interpreter"]
    assert isinstance(whole.pushed, Stats)
    assert whole.parts[0].tags == ("regsvr32.exe",)
    partly = split(plan('Image=*x* | regex "a" | stats count by Image'), TABLE)
    assert [part.engine for part in partly.parts] == ["both", "interpreter"]
    assert partly.pushed is None
    assert "regular expression" in partly.parts[0].reasons[0]
    sums = split(plan("* | stats sum(Image)"), TABLE)
    assert "by the interpreter" in sums.parts[-1].reasons[0]


def test_a_regular_expression_over_text_that_is_no_unicode() -> None:
    holds = condition(MatchesRegex(Field("Image"), "^.x$"))
    assert holds(Row(sysmon("\ud800x")))
    assert not holds(Row(sysmon("\ud800y")))
