"""What is known about CAR-2019-04-002."""

import pytest
from msgspec.structs import replace

from carhound.analytics import load, notes
from carhound.analytics.analytic import Analytic
from carhound.analytics.document import decode
from carhound.analytics.notes import Notes, WindowCorrection, notes_about, notes_for
from carhound.model.diagnostics import Diagnostic
from carhound.model.windows import TimeRange

SEED = "CAR-2019-04-002"


@pytest.fixture
def known() -> Notes:
    found = notes_for(SEED)
    assert found is not None
    return found


@pytest.fixture
def bundled() -> Analytic:
    (analytic,) = load.load(SEED).analytics
    return analytic


def test_every_bundled_analytic_has_notes_that_load() -> None:
    for analytic_id in load.bundled():
        found = notes_for(analytic_id.lower())
        assert found is not None
        assert found.analytic == analytic_id


def test_nothing_is_known_about_another_analytic() -> None:
    assert notes_for("CAR-2019-04-003") is None


def test_the_corrected_reading_moves_the_baseline_and_nothing_else(known: Notes) -> None:
    (correction,) = known.corrections("corrected")
    assert correction == WindowCorrection(
        "New items since last month",
        TimeRange("-60d@d", "-30d@d"),
        TimeRange("-31d@d", "-d@d"),
        correction.reason,
    )
    assert correction.reason
    assert known.corrections("published") == ()


def test_there_is_one_entry_for_every_known_discrepancy(known: Notes) -> None:
    codes = [one.code for one in known.discrepancies]
    assert codes == [f"{SEED}/D{row:02}" for row in (2, 3, 4, 8, 10, 11, 13, 16, 18, 19)]
    assert [one.code[-2:] for one in known.discrepancies if one.headline] == ["02", "19"]
    assert [one.code[-2:] for one in known.discrepancies if one.probe is None] == ["02", "03", "04"]
    assert [one.code[-2:] for one in known.discrepancies if one.reading == "published"] == ["02"]


def test_messages_read_as_messages_do(known: Notes) -> None:
    for one in known.discrepancies:
        assert "\n" not in one.message
        assert one.message[0].islower() or one.message.startswith(("C:", "*"))
        assert not one.message.endswith(".")


def test_a_discrepancy_becomes_a_remark(known: Notes) -> None:
    first, *_, last = known.discrepancies
    assert first.diagnostic() == Diagnostic(f"{SEED}/D02", first.message, "warning")
    assert last.diagnostic(3).count == 3
    assert known.discrepancies[1].diagnostic().severity == "note"


def test_notes_hold_for_the_published_text_in_any_layout(bundled: Analytic, known: Notes) -> None:
    squeezed = replace(
        bundled,
        implementations=tuple(
            replace(one, code=replace(one.code, text=" ".join(one.code.text.split()).replace('" |', '"|')))
            for one in bundled.implementations
        ),
    )
    assert notes_about(bundled) == known
    assert notes_about(squeezed) == known


def test_notes_about_an_edited_text_are_left_out(bundled: Analytic) -> None:
    edited = replace(
        bundled,
        implementations=tuple(
            replace(one, code=replace(one.code, text=one.code.text.replace("-60d@d", "-31d@d")))
            for one in bundled.implementations
            if one.name != "Main Pattern"
        ),
    )
    found = notes_about(edited)
    assert found is not None
    assert found.corrections("corrected") == ()
    named = {one.code[-3:]: one.implementations for one in found.discrepancies}
    assert named.keys() == {"D10", "D11", "D13", "D16", "D18", "D19"}
    assert named["D10"] == ("Main Pattern - pseudocode",)


def test_of_another_analytic_nothing_is_said(bundled: Analytic) -> None:
    assert notes_about(replace(bundled, id="mine")) is None


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("analytic: CAR-2019-04-002", "analytic: CAR-2019-04-003", "`analytic` is not"),
        ("readings:\n", "reading:\n", "the keys"),
        ("/D02", "/2", "is no code of"),
        ("      - Main Pattern\n", "      - Main\n", "has no implementations"),
        ("implementation: New items", "implementation: Old items", "no implementation is called"),
        ("headline: true", "headline: yes", "neither true nor false"),
        ("was: {earliest: -60d@d,", "was: {", "the keys"),
        ("    reading: published\n", "    reading:\n", "text is needed"),
        ("    probe: |\n", "    prob: |\n", "the keys"),
    ],
)
def test_notes_that_are_not_as_they_should_be_are_refused(
    monkeypatch: pytest.MonkeyPatch, was: str, becomes: str, problem: str
) -> None:
    document = load.bundled_document(f"{SEED}.notes")
    assert was in document.text
    broken = decode(document.text.replace(was, becomes, 1).encode(), document.path)
    analytic = load.bundled_document(SEED)
    monkeypatch.setattr(load, "bundled_document", lambda name: analytic if name == SEED else broken)
    with pytest.raises(ValueError, match=problem):
        notes._read(SEED)
