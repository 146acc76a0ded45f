"""Languages and names of implementations."""

import pytest

from carhound.analytics.analytic import Analytic
from carhound.analytics.document import decode
from carhound.analytics.implementations import UNLABELLED, language_of
from carhound.analytics.load import read


def analytic_of(text: str) -> Analytic:
    (analytic,) = read(decode(text.encode(), "some/CAR.yaml")).analytics
    return analytic


@pytest.mark.parametrize(
    ("label", "language"),
    [
        ("splunk", "spl"),
        ("Splunk", "spl"),
        ("SPL", "spl"),
        ("Splunk SPL", "spl"),
        ("pseudocode", "pseudocode"),
        ("Pseudo-code", "pseudocode"),
        ("PSUEDOCODE", "pseudocode"),
        ("EQL", "EQL"),
        (" LogPoint ", "LogPoint"),
        ("", UNLABELLED),
    ],
)
def test_a_label_names_a_language(label: str, language: str) -> None:
    assert language_of(label) == language


def test_a_misspelt_label_is_read_and_said_once_with_its_count() -> None:
    analytic = analytic_of(
        "id: X\ntitle: T\nimplementations:\n"
        "  - {type: psuedocode, code: a}\n  - {type: EQL, code: b}\n  - {type: psuedocode, code: c}\n"
    )
    assert [one.language for one in analytic.implementations] == ["pseudocode", "EQL", "pseudocode"]
    assert analytic.implementations[0].label == "psuedocode"
    (remark,) = analytic.diagnostics
    assert remark.code == "DOC-L1"
    assert remark.render() == (
        'some/CAR.yaml:4:12: DOC-L1: the language label "psuedocode" (2 implementations) '
        'is read as "pseudocode"\n'
        "    - {type: psuedocode, code: a}\n"
        "             ^^^^^^^^^^\n"
        '  hint: write "pseudocode"'
    )


def test_a_missing_label_is_said() -> None:
    analytic = analytic_of("id: X\ntitle: T\nimplementations:\n  - code: a\n")
    (implementation,) = analytic.implementations
    assert (implementation.language, implementation.label) == (UNLABELLED, "")
    assert implementation.name == "implementation 1 (unlabelled)"
    assert [remark.code for remark in analytic.diagnostics] == ["DOC-L2"]


def test_an_implementation_without_a_name_gets_its_place_and_language() -> None:
    analytic = analytic_of(
        "id: X\ntitle: T\nimplementations:\n  - {name: A, type: spl, code: a}\n"
        "  - {type: Splunk, code: b}\n  - {name: '', type: LogPoint, code: c}\n"
    )
    names = [one.name for one in analytic.implementations]
    assert names == ["A", "implementation 2 (spl)", "implementation 3 (LogPoint)"]
    assert analytic.diagnostics == ()


def test_no_two_implementations_share_a_name() -> None:
    analytic = analytic_of(
        "id: X\ntitle: T\nimplementations:\n  - {name: A, type: spl, code: a}\n"
        "  - {name: implementation 4 (spl), type: spl, code: b}\n"
        "  - {name: A, type: spl, code: c}\n  - {type: spl, code: d}\n  - {name: A, type: spl, code: e}\n"
    )
    assert [one.name for one in analytic.implementations] == [
        "A",
        "implementation 4 (spl)",
        "A (2)",
        "implementation 4 (spl) (2)",
        "A (3)",
    ]
    assert [remark.code for remark in analytic.diagnostics] == ["DOC-N1"] * 3
