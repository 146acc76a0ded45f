"""Rows stream: what stands below `head` is asked for no more than it needs, and held no longer."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from carhound.engines.interpreter.execution import run
from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.rows import Row
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.plan.stems import stems

MOMENT = Moment(datetime(2024, 6, 15, tzinfo=UTC), UTC)
MANY = 1000


class Counted(Row):
    """A row that tells how many of its kind there are."""

    alive = 0
    most = 0

    def __init__(self, number: int) -> None:
        super().__init__(None, {"n": str(number % 97), "t": f"a,{number}", "m": ("x", "y")})
        Counted.alive += 1
        Counted.most = max(Counted.most, Counted.alive)

    def __del__(self) -> None:
        Counted.alive -= 1


def asked(spl: str) -> tuple[int, list[dict[str, object]]]:
    """How many of the rows below a plan's operators it asks for, and what it gives."""
    plan = compile_spl(Source(spl, "test")).plan
    made = 0

    def rows() -> Iterator[Row]:
        nonlocal made
        for number in range(MANY):
            made += 1
            yield Counted(number)

    Counted.alive = Counted.most = 0
    result = run(plan, {}, MOMENT, {id(stems(plan)[0].node): rows()})  # type: ignore[dict-item]
    return made, [dict(row.columns or {}) for row in result.rows]


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        ("head 3", 3),
        ("eval k=n+1", 3),
        ("eval j=1 | where n!=1", 4),
        ("fields n", 3),
        ("table n t", 3),
        ("rename n as k", 3),
        ("rename * as my_*", 3),
        ('rex field=t "(?<k>\\d+)"', 3),
        ('rex field=t mode=sed "s/a/b/"', 3),
        ("fillnull k", 3),
        ("filldown n", 3),
        ('makemv delim="," t', 3),
        ("nomv m", 3),
        ("mvexpand m", 2),
        ("bin span=10 n", 3),
        ("replace a* WITH b*", 3),
        ('strcat n "-" t k', 3),
        ("dedup n", 3),
        ("dedup n consecutive=t", 3),
        ("head (n<50)", 3),
        ('eval k=n | rex field=k "(?<l>.)" | fillnull j | where k!=0 | fields k', 4),
    ],
)
def test_no_more_rows_than_head_needs(command: str, needed: int) -> None:
    made, rows = asked(f"EventCode=1 | {command} | head 3")
    assert len(rows) == 3
    assert made == needed


def test_head_of_nothing_asks_for_nothing() -> None:
    assert asked("EventCode=1 | eval k=1 | head 0") == (0, [])


def test_head_while_ends_with_the_row_that_ends_it() -> None:
    made, rows = asked("EventCode=1 | head (n<5)")
    assert made == 6
    assert len(rows) == 5


@pytest.mark.parametrize(
    ("spl", "wanted"),
    [
        ("sort -n | head 5", ["96"] * 5),
        ("sort 5 -n", ["96"] * 5),
        ("sort -n | head 5 | sort 7 n", ["96"] * 5),
        ("tail 3", [str(number % 97) for number in (999, 998, 997)]),
    ],
)
def test_no_more_rows_are_held_than_wanted(spl: str, wanted: list[str]) -> None:
    made, rows = asked(f"EventCode=1 | {spl}")
    assert made == MANY
    assert [row["n"] for row in rows] == wanted
    assert Counted.most <= len(wanted) + 2
