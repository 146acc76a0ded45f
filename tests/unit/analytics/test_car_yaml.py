"""CAR's YAML schema, and documents that keep to it only in part."""

from pathlib import Path

import pytest

from carhound.analytics import yaml_tree
from carhound.analytics.analytic import Analytic, AttackMapping, Loaded
from carhound.analytics.document import NotAnalyticError, decode
from carhound.analytics.load import load, read
from carhound.errors import DocumentError

WHOLE = r"""---
title: A   title
id: CAR-2099-01-001
submission_date: 2099-01-01
description: |
  Two
  lines.
coverage:
  - technique: T1218
    tactics: [TA0005, TA0002]
    subtechniques: [T1218.010]
    coverage: Low
  - technique: T1000
    tactics: [TA0001]
    coverage: High
implementations:
  - name: First
    type: Splunk
    data_model: Sysmon native
    description: What it does.
    code: |
      EventCode=1 Image="C:\\x"
unit_tests:
  - description: Do this.
    configurations: [Windows 7]
    commands:
      - one.exe
      - two.exe
  - just text
data_model_references:
  - process/create/exe
d3fend_mappings:
  - {iri: "d3f:X", id: D3-X, label: The X}
references: [somewhere]
our_own_key: {is: fine}
"""


def loaded_from(text: str, name: str = "folder/a.yaml") -> Loaded:
    return read(decode(text.encode(), name))


def analytic_of(text: str) -> Analytic:
    (analytic,) = loaded_from(text).analytics
    return analytic


def test_a_whole_document() -> None:
    analytic = analytic_of(WHOLE)
    assert (analytic.id, analytic.title) == ("CAR-2099-01-001", "A title")
    assert analytic.description == "Two\nlines."
    assert analytic.attack == (
        AttackMapping("T1218", ("T1218.010",), ("TA0005", "TA0002"), "Low"),
        AttackMapping("T1000", (), ("TA0001",), "High"),
    )
    assert [(one.id, one.label, one.iri) for one in analytic.d3fend] == [("D3-X", "The X", "d3f:X")]
    assert analytic.data_model_references == ("process/create/exe",)
    assert analytic.unit_tests == ("Do this.\none.exe\ntwo.exe", "just text")
    (implementation,) = analytic.implementations
    assert (implementation.name, implementation.label) == ("First", "Splunk")
    assert (implementation.data_model, implementation.description) == ("Sysmon native", "What it does.")
    assert implementation.code.text == 'EventCode=1 Image="C:\\\\x"\n'
    assert analytic.source.path == "folder/a.yaml"
    assert analytic.diagnostics == ()


def test_published_documents_of_other_analytics(shared: Path) -> None:
    (analytic,) = load(str(shared / "car/analytics/CAR-2019-04-003.yaml")).analytics
    assert [(one.name, one.language) for one in analytic.implementations] == [
        ("implementation 1 (spl)", "spl"),
        ("implementation 2 (EQL)", "EQL"),
        ("implementation 3 (pseudocode)", "pseudocode"),
        ("implementation 4 (LogPoint)", "LogPoint"),
    ]
    assert [remark.code for remark in analytic.diagnostics] == ["DOC-L1"]


def test_values_stay_the_text_they_were_written_as() -> None:
    analytic = analytic_of(
        "id: 2019-04-02\ntitle: yes\nimplementations:\n  - {type: spl, name: 0x10, code: 007}\n"
    )
    (implementation,) = analytic.implementations
    assert (analytic.id, analytic.title) == ("2019-04-02", "yes")
    assert (implementation.name, implementation.code.text) == ("0x10", "007")


def test_a_tag_creates_nothing() -> None:
    analytic = analytic_of(
        "id: X\ntitle: T\nimplementations:\n"
        '  - {type: spl, code: !!python/object/apply:os.system ["x"]}\n  - {type: spl, code: a}\n'
    )
    assert [one.code.text for one in analytic.implementations] == ["a"]


def test_an_alias_stands_for_what_it_names() -> None:
    analytic = analytic_of(
        "id: X\ntitle: T\nimplementations:\n  - {type: spl, code: &one a}\n  - {type: splunk, code: *one}\n"
    )
    assert [one.code.text for one in analytic.implementations] == ["a", "a"]


def test_without_id_and_title_the_file_gives_the_name() -> None:
    analytic = analytic_of("implementations:\n  - {type: spl, code: a}\n")
    assert (analytic.id, analytic.title) == ("a", "a")
    assert [remark.code for remark in analytic.diagnostics] == ["DOC-I1", "DOC-T1"]


def test_a_key_that_stands_twice_is_said() -> None:
    analytic = analytic_of(
        "id: X\ntitle: T\nimplementations:\n  - type: spl\n    code: first\n    code: second\n"
    )
    assert analytic.implementations[0].code.text == "second"
    (remark,) = analytic.diagnostics
    assert (remark.code, remark.position()) == ("DOC-K1", (6, 5))


@pytest.mark.parametrize(
    "line",
    [
        "coverage: Low",
        "coverage: [Low]",
        "coverage: [{technique: [T1]}]",
        "coverage: [{technique: T1, tactics: TA1}]",
        "data_model_references: [{process: create}]",
        "d3fend_mappings: [D3-PLA]",
        "unit_tests: [[a]]",
        "description: {a: b}",
    ],
)
def test_a_value_of_another_shape_is_left_out_and_said(line: str) -> None:
    analytic = analytic_of(f"id: X\ntitle: T\n{line}\nimplementations:\n  - {{type: spl, code: a}}\n")
    (remark,) = analytic.diagnostics
    assert remark.code == "DOC-S1"
    assert remark.position() is not None


def test_nothing_written_is_nothing_wrong() -> None:
    analytic = analytic_of(
        "id: X\ntitle: T\ndescription:\ncoverage:\nunit_tests: ~\n"
        "implementations:\n  - {type: spl, code: a}\n"
    )
    assert (analytic.description, analytic.attack, analytic.unit_tests) == ("", (), ())
    assert analytic.diagnostics == ()


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{type: spl}", "a.yaml:5:5: implementation 2 has no code"),
        ("{type: spl, code: }", "a.yaml:5:23: implementation 2 has no code"),
        ("{type: spl, code: ' '}", "a.yaml:5:23: implementation 2 has no code"),
        ("{type: spl, code: [a]}", "a.yaml:5:23: implementation 2 has no code"),
        ("just text", "a.yaml:5:5: implementation 2 is no mapping"),
    ],
)
def test_an_implementation_that_cannot_be_used_does_not_cost_the_others(entry: str, problem: str) -> None:
    loaded = loaded_from(
        "id: X\ntitle: T\nimplementations:\n"
        f"  - {{type: spl, code: a}}\n  - {entry}\n  - {{type: spl, code: b}}\n",
        "a.yaml",
    )
    (analytic,) = loaded.analytics
    assert [one.name for one in analytic.implementations] == [
        "implementation 1 (spl)",
        "implementation 3 (spl)",
    ]
    (error,) = loaded.problems
    assert isinstance(error, DocumentError)
    assert error.message == problem
    assert error.hint


def test_a_document_whose_every_implementation_is_broken_is_only_a_problem() -> None:
    loaded = loaded_from("id: X\nimplementations:\n  - {type: spl}\n")
    assert loaded.analytics == ()
    assert len(loaded.problems) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("id: X\ncoverage: []\n", "a.yaml:1:1: the analytic has no implementations"),
        ("id: X\nimplementations: []\n", "a.yaml:2:18: the analytic has no implementations"),
        ("id: X\nimplementations:\n", "a.yaml:2:17: the analytic has no implementations"),
        ("id: X\nimplementations: text\n", "a.yaml:2:18: the analytic has no implementations"),
        ("id: X\ntitle: a: b\n", "a.yaml:2:9: cannot be read as YAML: mapping values are not allowed"),
        ("id: 'X\ntitle: T\n", "a.yaml:3:1: cannot be read as YAML: found unexpected end of stream"),
        ("id: X\n\ttitle: T\n", "a.yaml:2:1: cannot be read as YAML: found a tab character"),
        ("id: X\n---\nid: Y\n", "a.yaml:2:1: cannot be read as YAML: but found another document"),
        ("id: *unknown\n", "a.yaml:1:5: cannot be read as YAML: found undefined alias"),
        ("id: é\x01X\n", "a.yaml:1:6: cannot be read as YAML: a character that YAML does not allow"),
        ("id: " + "[" * 100_000, "a.yaml:1:54: more than 50 levels"),
        ("- " * 100_000, "a.yaml:1:101: more than 50 levels"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_do(text: str, problem: str) -> None:
    with pytest.raises(DocumentError) as error:
        loaded_from(text, "a.yaml")
    assert error.value.message.startswith(problem)
    assert error.value.hint
    assert not isinstance(error.value, NotAnalyticError)


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "text\n", "title: a Sigma rule\n"])
def test_what_is_no_analytic_is_told_apart(text: str) -> None:
    with pytest.raises(NotAnalyticError) as error:
        loaded_from(text)
    assert error.value.message.startswith("folder/a.yaml:1:1: ")
    assert error.value.hint


def test_a_hint_fits_the_fault() -> None:
    with pytest.raises(DocumentError) as tab:
        loaded_from("implementations:\n\t- a\n")
    assert "tabs" in (tab.value.hint or "")
    with pytest.raises(DocumentError) as two:
        loaded_from("id: X\n---\nid: Y\n")
    assert "file of its own" in (two.value.hint or "")


def test_the_parser_in_python_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    fast = analytic_of(WHOLE)
    monkeypatch.setattr(yaml_tree, "_LOADER", yaml.SafeLoader)
    assert analytic_of(WHOLE) == fast
    with pytest.raises(DocumentError) as error:
        loaded_from("id: \x01", "a.yaml")
    assert error.value.message.startswith("a.yaml:1:5: ")
