"""Which findings an entry is about."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.findings.suppressions import Suppression, Suppressions
from carhound.model.event import Value
from carhound.model.folding import fold


@dataclass
class Found:
    """As much of a finding as a suppression looks at."""

    id: str = "0123456789abcdef"
    analytic: str = "CAR-1"
    implementations: tuple[str, ...] = ("Main", "Main - pseudocode")
    native: dict[str, Value] = field(default_factory=dict)
    car: dict[str, Value] = field(default_factory=dict)


def entry(line: int = 1, expires: date = date(2030, 1, 1), **match: str) -> Suppression:
    return Suppression(tuple(match.items()), "a reason", "alice", expires, line)


EVENT = Found(
    native={
        "Image": r"C:\Windows\a.exe",
        "Hashes": ("MD5=1", "MD5=2", "SHA1=3"),
        "Both": "native",
        "Empty": "",
    },
    car={"image_path": r"C:\Windows\a.exe", "Both": "car"},
)


@pytest.mark.parametrize(
    ("match", "hidden"),
    [
        ({"Image": r"c:\WINDOWS\A.exe"}, True),
        ({"Image": r"*\a.exe"}, True),
        ({"Image": r"C:\Windows"}, False),
        ({"Image": r"C:\Windows\a.ex?"}, False),
        ({"image": "*"}, False),
        ({"image_path": r"*\a.exe"}, True),
        ({"Image": "*a.exe", "CommandLine": "*"}, False),
        ({"analytic": "car-*"}, True),
        ({"analytic": "CAR-2"}, False),
        ({"id": "0123456789ABCDEF"}, True),
        ({"implementation": "Main*"}, True),
        ({"implementation": "Main"}, False),
        ({"implementation": "*pseudocode"}, False),
        ({"Hashes": "MD5=*"}, False),
        ({"Hashes": "*=*"}, True),
        ({"Both": "native"}, True),
        ({"Both": "car"}, False),
        ({"Empty": "*"}, True),
    ],
)
def test_all_of_an_entry_must_hold_of_all_values(match: dict[str, str], hidden: bool) -> None:
    assert entry(**match).matcher()(EVENT) is hidden


def test_the_first_entry_that_fits_is_named_and_the_others_are_unused() -> None:
    entries = (entry(1, Image="x"), entry(5, Image="*a.exe"), entry(9, analytic="CAR-1"))
    file = Suppressions("s.yaml", entries)
    assert file.judge()(EVENT) == entries[1]
    assert file.judge()(Found(analytic="CAR-9")) is None
    assert file.unused([entries[1]]) == (entries[0], entries[2])


def test_an_entry_holds_through_its_last_day() -> None:
    file = Suppressions("s.yaml", (entry(expires=date(2027, 1, 31), id="1"),))
    assert file.expired(date(2027, 1, 31)) == ()
    assert file.expired(date(2027, 2, 1)) == file.entries


@given(
    fields=st.dictionaries(st.sampled_from("abc"), st.text(max_size=4), min_size=1),
    match=st.dictionaries(st.sampled_from("abcd"), st.text(alphabet="ab*İK", max_size=3), min_size=1),
)
def test_a_further_pattern_never_hides_more(fields: dict[str, Value], match: dict[str, str]) -> None:
    """An entry hides what each of its patterns alone would hide, and nothing else."""
    found = Found(native=fields)
    alone = [entry(**{name: pattern}).matcher()(found) for name, pattern in match.items()]
    assert entry(**match).matcher()(found) is all(alone)
    for name, pattern in match.items():
        if "*" not in pattern and name in fields:
            value = fields[name]
            assert entry(**{name: pattern}).matcher()(found) is (fold(str(value)) == fold(pattern))
