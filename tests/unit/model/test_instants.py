"""Times as most logs write them are read in a faster way, which must read nothing else than the other one."""

import re
from datetime import UTC, timedelta, timezone, tzinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.model import instants
from carhound.model.instants import parse_time

WRITTEN = (
    "2024-06-12T00:00:09Z",
    "2024-06-12T00:00:09.863Z",
    "2024-06-12T00:00:09.8631284Z",
    "2024-02-29T23:59:59.999999999Z",
    "2023-02-29T24:00:60.1Z",
    "0000-01-01T00:00:00Z",
    "2024-06-12 00:00:09.863",
    "2024-06-12T00:00:09",
    "0001-01-01 00:30:00.12345",
)
changes = st.lists(
    st.tuples(st.integers(0, 29), st.sampled_from("0129-+:.,TZW \u0663") | st.just("")), max_size=3
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(WRITTEN), changes, st.sampled_from((UTC, timezone(timedelta(hours=1)))))
def test_both_ways_of_reading_a_time_agree(
    written: str, changed: list[tuple[int, str]], zone: tzinfo
) -> None:
    for at, put in changed:
        written = written[:at] + put + written[at + 1 :]
    fast = parse_time(written, zone)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(instants, "_USUAL", re.compile("(?!)"))
        assert parse_time(written, zone) == fast
