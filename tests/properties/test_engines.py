"""Both engines give the same: random plans over random events, in memory and as files."""

import shutil
import tempfile
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from carhound.engines.duckdb.answer import answer
from carhound.engines.duckdb.files import EventFiles
from carhound.engines.interpreter.execution import run
from carhound.engines.interpreter.moment import Moment
from carhound.engines.sql.split import split
from carhound.model.event import Event, RawEvent
from carhound.model.folding import fold
from carhound.normalize.normalizer import Normalizer
from carhound.plan.nodes import Node
from carhound.plan.stems import stems

from ..engines.event_files import BARE, as_event, full_table, hits, shown, write
from ..engines.plans import EVENTS, NOW, PLANS, STEMS

MOMENT = Moment(NOW, UTC)
SLOW = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])


def events_of(raws: list[RawEvent]) -> list[Event]:
    normalizer = Normalizer()
    return [normalizer.event(raw, "file", "shape") for raw in raws]


@SLOW
@given(EVENTS, st.lists(PLANS, min_size=1, max_size=6))
def test_whole_plans(raws: list[RawEvent], plans: list[Node]) -> None:
    events = events_of(raws)
    folder = Path(tempfile.mkdtemp())
    try:
        for table in (full_table(plans), BARE):
            with EventFiles(table, write(events, table, folder), threads=1) as files:
                for plan in plans:
                    let_through = {id(stem.node): hits(stem, events) for stem in stems(plan)}
                    expected = run(plan, let_through, MOMENT)
                    found = answer(plan, files, MOMENT, as_event)
                    assert shown(found) == shown(expected), plan
                    event("pushed" if split(plan, table).pushed else "stem")
    finally:
        shutil.rmtree(folder)


@SLOW
@given(EVENTS, st.lists(STEMS, min_size=1, max_size=8), st.booleans())
def test_stems_lose_nothing_and_exact_ones_add_nothing(
    raws: list[RawEvent], plans: list[Node], second: bool
) -> None:
    events = events_of(raws)
    folder = Path(tempfile.mkdtemp())
    try:
        for table in (full_table(plans), BARE):
            with EventFiles(table, write(events, table, folder), threads=1) as files:
                for stem in (stems(plan)[0] for plan in plans):
                    window = MOMENT.window(stem.scan)
                    found = files.matches(stem, window, after_batch=int(second))
                    rows = list(found)
                    expected = {
                        one.sequence
                        for one in hits(stem, events)
                        if window.contains(one.time) and one.sequence >> 32 > second
                    }
                    numbers = [row["sequence"] for row in rows]
                    assert numbers == sorted(set(numbers))
                    assert expected <= set(numbers), stem
                    if found.exact:
                        judged = {row["sequence"] for row in rows if not row["odd"]}
                        assert judged <= expected, stem
    finally:
        shutil.rmtree(folder)


def test_one_folding() -> None:
    """DuckDB's lower() is the folding of the model, for every code point; sixteen at a time."""
    duckdb = pytest.importorskip("duckdb")
    codes = (range(first, first + 16) for first in range(0, 0x110000, 16) if not 0xD800 <= first < 0xE000)
    points = ["".join(chr(code) for code in block if code) for block in codes]
    query = "SELECT list_transform($1::VARCHAR[], lambda one: lower(one))"
    (found,) = duckdb.connect().execute(query, [points]).fetchone()
    assert [one for one, lower in zip(points, found, strict=True) if fold(one) != lower] == []
