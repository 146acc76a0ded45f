"""Commands that bring rows together: printing and parsing agree, and joins are joins."""

from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.operators.joining import joined
from carhound.engines.interpreter.rows import Row
from carhound.languages.spl.parser import parse
from carhound.languages.spl.search_expression import show_pipeline
from carhound.model.datasets import EVERYTHING
from carhound.model.diagnostics import Source
from carhound.model.instants import parse_time
from carhound.model.windows import NO_BOUNDS
from carhound.plan.nodes import Join, Scan
from carhound.plan.predicates import Field

TEXTS = [
    'EventCode=1 | append maxout=3 [search "a b"=* | head 2]',
    "EventCode=1 | append [| inputlookup iocs where a=1 OR b=2]",
    'EventCode=1 | join type=left max=0 overwrite=f a, "b c" [search x=1 | join a [search y=2]]',
    'EventCode=1 | lookup "a b" k AS f, l OUTPUTNEW x AS y, z | lookup t k OUTPUT x',
    "| inputlookup start=2 max=5 append=t iocs where (a=1 b=2)",
    "| makeresults count=4 | append [| makeresults]",
    'EventCode=1 NOT [search x=1 | return 3 a b="c d"] [search y=1 | format]',
    '| tstats fillnull_value="n a" count min(_time) as "first seen" from datamodel=Endpoint.Processes '
    'where (Processes.user=a OR Processes.user="b by c") Processes.dest IN (x, y) '
    "by _time, Processes.user span=1h",
]


@pytest.mark.parametrize("written", TEXTS)
def test_what_is_printed_parses_to_the_same_tree(written: str) -> None:
    pipeline, _ = parse(Source(written, "written"))
    printed = show_pipeline(pipeline)
    again, _ = parse(Source(printed, "printed"))
    assert again == pipeline
    assert show_pipeline(again) == printed


VALUES = st.none() | st.sampled_from(["a", "A", "1", 1, 2.0, ("a", "b")])
ROWS = st.lists(st.fixed_dictionaries({"k": VALUES, "l": VALUES, "v": VALUES}), max_size=6)


def key(row: dict[str, Any]) -> list[Any] | None:
    values = [row["k"], row["l"]]
    return (
        None if None in values else [value if isinstance(value, tuple) else text(value) for value in values]
    )


def text(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def present(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


@given(ROWS, ROWS, st.booleans(), st.integers(0, 3), st.booleans())
def test_a_join_is_every_pair_that_agrees(
    left: list[dict[str, Any]], right: list[dict[str, Any]], outer: bool, most: int, overwrite: bool
) -> None:
    expected = []
    for row in left:
        partners = [other for other in right if key(row) is not None and key(other) == key(row)]
        for other in partners[: most or None]:
            first, second = (row, other) if overwrite else (other, row)
            expected.append(present(first) | present(second))
        if outer and not partners:
            expected.append(present(row))
    scan = Scan(EVERYTHING)
    node = Join(scan, scan, (Field("k"), Field("l")), outer, most, overwrite)
    now = parse_time("2024-06-15T13:00:00Z")
    assert now is not None
    context = Context(Moment(now, UTC, NO_BOUNDS), lambda _: [Row(None, row) for row in right])
    made = joined(node, (Row(None, row) for row in left), context)
    assert [present(row.materialized()) for row in made] == expected
