"""Test files: what is read, and where a mistake is."""

from pathlib import Path

import pytest

from carhound.analytics.analytic import Analytic, DocumentSource, Implementation
from carhound.analytics.document import Document
from carhound.analytics.suite import Expectation, Inline, Recorded, Simulated, Suite
from carhound.analytics.suite_files import SuiteFile
from carhound.analytics.suite_yaml import read_suite
from carhound.errors import DocumentError
from carhound.model.diagnostics import Source

NAMES = ("Main", "Main - pseudocode", "Other")


def read(text: str) -> Suite:
    implementations = tuple(
        Implementation(name, "spl", "spl", "", None, Source("x", "my.yaml")) for name in NAMES
    )
    source = DocumentSource("dir/my.yaml", "0")
    analytic = Analytic("MY-1", "My", source, "", (), (), (), implementations, ())
    return read_suite(SuiteFile(Document("my.tests.yaml", text, "0"), Path("dir")), analytic)


def test_a_case_with_everything() -> None:
    suite = read(
        """\
analytic: MY-1
claim: the  page says so
defaults: {tz: Europe/Berlin, default: quiet}
cases:
  - name: first
    about: what it
      shows
    scenario: [a, b]
    seed: 7
    claimed: true
    now: 2024-06-15T13:00:00Z
    reading: corrected
    backfill: true
    expect:
      Main*: hit
      Main - pseudocode: {match: [1, 'a.evtx:12']}
"""
    )
    (case,) = suite.cases
    assert (suite.claim, case.about, case.tz) == ("the page says so", "what it shows", "Europe/Berlin")
    assert case.evidence == Simulated(("a", "b"), 7)
    assert case.title == "first (corrected reading, backfill)"
    assert case.claimed
    assert (case.line, case.column) == (5, 5)
    assert case.expected == {
        "Main": Expectation("hit"),
        "Main - pseudocode": Expectation("hit", ("1", "a.evtx:12")),
        "Other": Expectation("quiet"),
    }


def test_events_are_text_as_it_is_written() -> None:
    (case,) = read(
        """\
cases:
  - name: a
    events:
      - {EventCode: 1, Signed: false, Count: 1.0, None: null, Empty: '', Many: [a, b]}
    expect: {Main: not-judged}
"""
    ).cases
    assert case.evidence == Inline(
        ({"EventCode": "1", "Signed": "false", "Count": "1.0", "Empty": "", "Many": ("a", "b")},)
    )
    assert case.expected == {"Main": Expectation("not-judged")}


def test_counts_and_empty_matches() -> None:
    (case,) = read(
        "cases: [{name: a, data: x.evtx, "
        "expect: {Main: {match: 2}, Main -*: {match: 0}, Other: {match: []}}}]"
    ).cases
    assert case.evidence == Recorded(("x.evtx",))
    assert case.expected["Main"] == Expectation("hit", count=2)
    assert {case.expected[name].outcome for name in NAMES[1:]} == {"quiet"}


@pytest.mark.parametrize(
    ("expectation", "text"),
    [
        (Expectation("hit"), "hit"),
        (Expectation("not-judged"), "not judged"),
        (Expectation("hit", ("1",)), "record 1"),
        (Expectation("hit", ("1", "b:2")), "records 1, b:2"),
        (Expectation("hit", count=2), "2 events"),
    ],
)
def test_expectations_for_people(expectation: Expectation, text: str) -> None:
    assert expectation.text == text


CASE = "cases:\n  - name: a\n    data: x\n"


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("", "1:1", "holds no tests", "cases"),
        ("- a\n", "1:1", "is not a mapping with the key `cases`", "docs"),
        ("cases:\n", "1:7", "`cases` is not a list, or it is empty", "dash"),
        ("analytic: MY-1\n", "1:1", "has no `cases`", "list"),
        ("analytic: X\ncases: [a]\n", "1:11", "these tests are about 'X', not about MY-1", "rename"),
        ("case:\n", "1:1", "`case` is no key here", "did you mean `cases`?"),
        (CASE + "    dta: y\n", "4:5", "`dta` is no key here", "did you mean `data`?"),
        (CASE, "2:5", "the case expects nothing", "default: quiet"),
        (CASE + "    data: y\n", "4:5", "`data` stands twice", "out"),
        (CASE + "    events: [{a: b}]\n", "2:5", "has both `events` and `data`", "one of"),
        ("cases: [{name: a, default: hit}]", "1:9", "the case has no events", "one of"),
        ("cases: [{data: a, default: hit}]", "1:9", "the case has no `name`", "what it shows"),
        ("cases: [{name: [], data: a}]", "1:16", "`name` is not text", "word"),
        (CASE + "    default: hits\n", "4:14", "is not what an implementation can say", "hit, quiet"),
        (CASE + "    expect: {Main: {match: x}}\n", "4:28", "`match` is no whole number", "digits"),
        (CASE + "    expect: {Main: {match: [1, 1]}}\n", "4:28", "names a record twice", "once"),
        (CASE + "    expect: {main: hit}\n", "4:14", "has no implementation called 'main'", "'Main'"),
        (CASE + "    expect: {Mine*: hit}\n", "4:14", "has no implementation called 'Mine*'", "Other"),
        (CASE + "    default: hit\n    seed: 1\n", "5:11", "`seed` is for scenarios", "out"),
        (CASE + "    default: hit\n    reading: mine\n", "5:14", "`reading` is neither", "write one"),
        (CASE + "    default: hit\n    backfill: yes\n", "5:15", "neither false nor true", "write one"),
        ("cases: [{name: a, events: [{}], default: hit}]", "1:28", "the event has no fields", "EventCode"),
        ("cases: [{name: a, events: [x], default: hit}]", "1:28", "is not an event", "docs"),
        ("cases: [{name: a, events: [{_time: noon}], default: hit}]", "1:36", "'noon' is no time", "2024"),
        (
            CASE + "    default: hit\n  - name: a\n    data: y\n    default: hit\n",
            "5:5",
            "second case",
            "own",
        ),
        ("cases: [", "1:9", "cannot be read as YAML", ""),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, place: str, message: str, hint: str) -> None:
    with pytest.raises(DocumentError) as error:
        read(text)
    assert str(error.value.message).startswith(f"my.tests.yaml:{place}: ")
    assert message in error.value.message
    assert hint in (error.value.hint or "")
