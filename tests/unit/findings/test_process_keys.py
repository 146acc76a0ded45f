"""Keys of processes."""

import re
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from carhound.findings.lineage.events import Who
from carhound.findings.lineage.keys import guid_key, guid_of_key

GUID = "01234567-89ab-cdef-0123-456789abcdef"
WRITTEN = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@given(
    st.lists(st.tuples(st.integers(0, 36), st.integers(0, 2), st.text("0a- g\u0663", max_size=2)), max_size=3)
)
@example([(0, 2, "  ")])
@example([(7, 2, "-7")])
@example([(36, 0, "-")])
def test_a_guid_is_kept_as_windows_stores_it_and_any_other_text_by_a_digest(
    changes: list[tuple[int, int, str]],
) -> None:
    text = GUID
    for at, cut, piece in changes:
        text = text[:at] + piece + text[at + cut :]
    key = guid_key(Who("ws1", text, None, None))
    assert key is not None
    assert guid_of_key(key) == (UUID(text).bytes_le if WRITTEN.fullmatch(text) else None)
    assert key != guid_key(Who("ws2", text, None, None))
