"""stats, eventstats and streamstats against a few lines of plain Python, on random rows."""

import math
import statistics
from collections.abc import Iterable
from datetime import UTC, datetime
from fractions import Fraction
from itertools import groupby
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.operators import operator
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.plan.nodes import Scan

Fields = dict[str, Any]

NUMBERS = st.integers(-50, 50).map(str) | st.sampled_from(["0.1", "0.2", "1e16", "-1e16", "2.50"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "a": st.sampled_from(["x", "X", "y", "10", "9", ""]),
            "b": st.sampled_from(["1", "2"]),
            "n": NUMBERS,
        },
    ),
    max_size=12,
)
BY = st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True)
NAMES = "count count(n) dc(n) values(n) list(n) first(n) last(n) min(n) max(n) sum(n) avg(n) range(n)".split()
NAMES += "sumsq(n) var(n) varp(n) median(n) p30(n)".split()


def ran(spl: str, rows: Iterable[Fields]) -> list[Fields]:
    """The rows that one command makes of these."""
    node = compile_spl(Source(f"* | {spl}", "case")).plan
    assert not isinstance(node, Scan)
    context = Context(Moment(datetime(2024, 6, 15, tzinfo=UTC), UTC), lambda _: [])
    made = operator(type(node))(node, [Row(None, row) for row in rows], context)
    return [{name: value for name, value in row.materialized().items() if value is not None} for row in made]


def plain(rows: list[Fields]) -> Fields:
    """Every aggregate of `NAMES` over some rows."""
    found = [row["n"] for row in rows if "n" in row]
    made: Fields = {"count": len(rows), "count(n)": len(found), "dc(n)": len(set(found))}
    if not found:
        return made
    exact = [Fraction(float(one)) for one in found]
    ranked = sorted(exact)
    by_size = sorted(found, key=lambda one: (float(one), one))
    made |= {"values(n)": tuple(sorted(set(found))), "list(n)": tuple(found)}
    made |= {"first(n)": found[0], "last(n)": found[-1], "min(n)": by_size[0], "max(n)": by_size[-1]}
    made |= {"sum(n)": float(sum(exact)), "avg(n)": float(sum(exact) / len(exact))}
    made |= {"range(n)": float(ranked[-1] - ranked[0]), "sumsq(n)": float(sum(one * one for one in exact))}
    made |= {"var(n)": float(statistics.variance(exact)) if len(exact) > 1 else 0}
    made |= {"varp(n)": float(statistics.pvariance(exact))}
    made |= {"median(n)": float(ranked[len(ranked) // 2]), "p30(n)": float(ranked[len(ranked) * 3 // 10])}
    return made


def key(row: Fields, by: list[str]) -> tuple[str, ...] | None:
    return tuple(row[name] for name in by) if all(name in row for name in by) else None


def grouped(by: list[str]) -> str:
    return f" by {', '.join(by)}" if by else ""


@given(ROWS, BY)
def test_stats(rows: list[Fields], by: list[str]) -> None:
    keyed = sorted(one for row in rows if (one := key(row, by)) is not None) if by else [()]
    expected = [
        dict(zip(by, group, strict=True)) | plain([row for row in rows if key(row, by) == group])
        for group, _ in groupby(keyed)
    ]
    assert ran(f"stats {' '.join(NAMES)}{grouped(by)}", rows) == expected


@given(ROWS, st.randoms())
def test_sums_do_not_hang_on_the_order_of_the_rows(rows: list[Fields], random: Any) -> None:
    command = "stats sum(n) avg(n) stdev(n) stdevp(n) var(n) by b"
    made = ran(command, rows)
    assert ran(command, random.sample(rows, len(rows))) == made
    assert all(math.isclose(one["stdev(n)"] ** 2, one["var(n)"]) for one in made if "var(n)" in one)


@given(ROWS, BY)
def test_eventstats(rows: list[Fields], by: list[str]) -> None:
    expected = [
        row
        if (group := key(row, by)) is None
        else row | plain([other for other in rows if key(other, by) == group])
        for row in rows
    ]
    assert ran(f"eventstats {' '.join(NAMES)}{grouped(by)}", rows) == expected


@given(ROWS, BY, st.booleans(), st.integers(0, 3), st.booleans())
def test_streamstats(rows: list[Fields], by: list[str], current: bool, window: int, shared: bool) -> None:
    expected = []
    for at, row in enumerate(rows):
        group = key(row, by)
        past = [one for one in rows[: at + current] if key(one, by) is not None]
        if not shared:
            past = [one for one in past if key(one, by) == group]
        past = [one for one in past[-window:] if key(one, by) == group]
        expected.append(row if group is None else row | plain(past))
    options = f"current={current} window={window} global={shared}"
    assert ran(f"streamstats {options} {' '.join(NAMES)}{grouped(by)}", rows) == expected


@given(ROWS, st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2, unique=True))
def test_streamstats_begins_anew_where_the_group_changes(rows: list[Fields], by: list[str]) -> None:
    expected: list[Fields] = []
    run: list[Fields] = []
    for row in rows:
        group = key(row, by)
        if group is None:
            expected.append(row)
            continue
        run = [*run, row] if run and key(run[-1], by) == group else [row]
        expected.append(row | plain(run))
    assert ran(f"streamstats reset_on_change=t {' '.join(NAMES)}{grouped(by)}", rows) == expected
