"""Entries as YAML, added to files that stay as they are."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from carhound.analytics.document import decode
from carhound.errors import DocumentError
from carhound.findings.suppressions import Suppression
from carhound.pipeline.alerting.suppressing import parse_suppressions
from carhound.pipeline.alerting.suppression_text import appended

ENTRY = Suppression(
    (("analytic", "CAR-2019-04-002"), ("command_line", "cmd /c 'x' \\ \"y\"")),
    "tested",
    "alice",
    date(2027, 1, 31),
    0,
)
TEXT = r"""- match:
    analytic: CAR-2019-04-002
    command_line: 'cmd /c ''x'' \ "y"'
  reason: 'tested'
  owner: 'alice'
  expires: 2027-01-31
"""


def indented(by: int) -> str:
    return "".join(" " * by + line for line in TEXT.splitlines(keepends=True))


OTHER = "- {match: {id: x}, reason: r, owner: o, expires: 2027-01-01}"


@pytest.mark.parametrize(
    ("before", "added"),
    [
        ("", "suppressions:\n" + indented(2)),
        ("# nothing yet\n", "suppressions:\n" + indented(2)),
        ("suppressions:\n", indented(2)),
        ("suppressions: # none", "\n" + indented(2)),
        (f"suppressions:\n{OTHER}\n", indented(0)),
        (f"suppressions:\n      {OTHER}\n", indented(6)),
        (f"# a\nsuppressions: # b\n  {OTHER} # c\n\n  # d", "\n" + indented(2)),
        (f"suppressions:\r\n  {OTHER}\r\n", indented(2).replace("\n", "\r\n")),
        (f"\ufeffsuppressions:\n  {OTHER}\n", indented(2)),
    ],
)
def test_a_file_stays_as_it_is_before_the_new_entry(before: str, added: str) -> None:
    assert appended(before.encode(), "s.yaml", ENTRY).decode() == before + added


def test_a_new_file_says_what_it_is() -> None:
    written = appended(None, "s.yaml", ENTRY).decode()
    assert written.startswith("# ")
    assert written.endswith("\nsuppressions:\n" + indented(2))


@pytest.mark.parametrize(
    "before",
    [
        "suppressions: []\n",
        "suppressions: [{match: {id: x}, reason: r, owner: o, expires: 2027-01-01}]\n",
        f"suppressions:\n  {OTHER}\n...\n",
        f"{{suppressions: [{OTHER[2:]}]}}\n",
    ],
)
def test_a_form_that_takes_no_further_line_is_left_to_people(before: str) -> None:
    with pytest.raises(DocumentError) as raised:
        appended(before.encode(), "s.yaml", ENTRY)
    assert "no entry can be added" in raised.value.message
    assert indented(2) in (raised.value.hint or "")


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(DocumentError, match="no part called cases"):
        appended(b"cases: []\n", "s.yaml", ENTRY)


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda text: text.strip("*") != ""
)


@given(pattern=WORDS, reason=WORDS, name=st.sampled_from(["command_line", "Image", "no", "a b", "null", "1"]))
def test_whatever_evidence_holds_is_read_back(pattern: str, reason: str, name: str) -> None:
    reason = " ".join(reason.split()) or "r"
    entry = replace(ENTRY, match=((name, pattern),), reason=reason, owner="null")
    content = appended(appended(None, "s.yaml", entry), "s.yaml", ENTRY)
    first, second = parse_suppressions(decode(content, "s.yaml")).entries
    assert (replace(first, line=0), replace(second, line=0)) == (entry, ENTRY)
