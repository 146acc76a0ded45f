"""Suppressions files: what they say, and what is said about their mistakes."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from carhound.errors import DocumentError
from carhound.findings.suppressions import Suppression
from carhound.pipeline.alerting.suppressing import read_suppressions, read_valid_suppressions

GOOD = """\
# kept in git
suppressions:
  - match: {analytic: CAR-2019-04-002, Image: 'C:\\Windows\\a.exe ', Computer: 'WS*'}
    reason: >
      the packaging team
      tests here
    owner: alice
    expires: 2027-01-31
  - expires: "2027-02-28"
    owner: bob
    reason: r
    match:
      process_guid: yes
"""


def write(folder: Path, text: str) -> str:
    path = folder / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_whole_file(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    found = read_suppressions(path)
    assert found.path == path
    assert found.entries == (
        Suppression(
            (("analytic", "CAR-2019-04-002"), ("Image", "C:\\Windows\\a.exe "), ("Computer", "WS*")),
            "the packaging team tests here",
            "alice",
            date(2027, 1, 31),
            3,
        ),
        Suppression((("process_guid", "yes"),), "r", "bob", date(2027, 2, 28), 9),
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "suppressions:\n", "suppressions: []\n"])
def test_a_file_may_hold_no_entry(tmp_path: Path, text: str) -> None:
    assert read_suppressions(write(tmp_path, text)).entries == ()


def entry(**changes: str) -> str:
    parts = {"match": "{id: x}", "reason": "r", "owner": "o", "expires": "2027-01-31", **changes}
    lines = [f"{name}: {value}" for name, value in parts.items() if value != "-"]
    return "suppressions:\n  - " + "\n    ".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "place", "problem", "hint"),
    [
        ("just text", "1:1", "not written as names and values", ""),
        ("suppresions: []", "1:1", "no part called suppresions", "did you mean suppressions?"),
        ("suppressions: {a: b}", "1:15", "no list of entries", ""),
        ("suppressions: [a]", "1:16", "not written as names and values", ""),
        (entry(reson="r"), "6:5", "no part called reson", "did you mean reason?"),
        (entry(match="-"), "2:5", "the entry has no match", "analytic"),
        (entry(reason="-"), "2:5", "the entry has no reason", "why"),
        (entry(reason="''"), "3:13", "reason is not a text", ""),
        (entry(owner="-"), "2:5", "the entry has no owner", "answers"),
        (entry(owner="[a]"), "4:12", "owner is not a text", ""),
        (entry(expires="-"), "2:5", "the entry has no expires", "without an end"),
        (entry(expires="never"), "5:14", "expires is no day: never", "2027-01-31"),
        (entry(expires="20270131"), "5:14", "expires is no day", ""),
        (entry(expires="2027-02-30"), "5:14", "expires is no day", ""),
        (entry(expires="2027-01-31") + "    owner: b\n", "6:5", "owner stands twice", ""),
        (entry(match="text"), "2:12", "not written as fields and patterns", ""),
        (entry(match="{}"), "2:12", "would hide every finding", ""),
        (entry(match="{Image: '*', User: '**'}"), "2:12", "would hide every finding", ""),
        (entry(match="{image: a}"), "2:13", "letter case counts", "write Image"),
        (entry(match="{COMPUTER: a}"), "2:13", "letter case counts", "write Computer"),
        (entry(match="{Image: }"), "2:20", "the pattern of Image is not a text", "quotes"),
        (entry(match="{Image: [a, b]}"), "2:20", "the pattern of Image is not a text", ""),
        (entry(match="{Image: a, Image: b}"), "2:23", "Image stands twice", ""),
        (entry() + "\t- x", "6:1", "cannot be read as YAML", "blanks"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, text: str, place: str, problem: str, hint: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(DocumentError) as raised:
        read_suppressions(path)
    assert raised.value.message.startswith(f"{path}:{place}: ")
    assert problem in raised.value.message
    assert hint in (raised.value.hint or "")


def test_fields_that_no_sensor_of_ours_has_may_be_matched(tmp_path: Path) -> None:
    (found,) = read_suppressions(write(tmp_path, entry(match="{vendor.custom: a, user: b, User: c}"))).entries
    assert [name for name, _ in found.match] == ["vendor.custom", "user", "User"]


def test_an_expired_entry_names_itself(tmp_path: Path) -> None:
    """The day ends in UTC; every expired entry is named, with who answers for it."""
    path = write(tmp_path, GOOD)
    east = datetime.fromisoformat("2027-02-01T01:00+02:00")
    assert len(read_valid_suppressions(path, east).entries) == 2
    with pytest.raises(DocumentError) as raised:
        read_valid_suppressions(path, datetime(2027, 2, 1, tzinfo=UTC))
    assert raised.value.message == (
        f"{path}:3: this entry expired on 2027-01-31: the packaging team tests here (alice)"
    )
    with pytest.raises(DocumentError) as raised:
        read_valid_suppressions(path, datetime(2028, 2, 1, tzinfo=UTC))
    assert [line.split(":")[1] for line in raised.value.message.splitlines()] == ["3", "9"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"nowhere\.yaml: cannot be read"):
        read_suppressions(str(tmp_path / "nowhere.yaml"))
