"""The tests of analytics as a page, as JSON and as JUnit XML.

To renew the pages after a change that is meant:
CARHOUND_RENEW=1 .venv/bin/pytest tests/outputs/test_checks.py
"""

import json
import os
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from rich.cells import cell_len

from carhound.outputs.escape import is_visible
from carhound.outputs.junit import document
from carhound.outputs.render import render_checks

from .sample_checks import CHECKS, FAILS, GAPS, HOLDS, HOSTILE_RUN

GOLDEN = Path(__file__).parent / "golden_checks"
SCHEMA = json.loads((resources.files("carhound.outputs") / "schema/tests-1.json").read_text("utf-8"))
PAGES = [(name, width) for name in CHECKS for width in (80, 120)]


def page(name: str, width: int) -> str:
    return b"".join(render_checks(CHECKS[name], "table", width=width)).decode()


@pytest.mark.parametrize(("name", "width"), PAGES)
def test_page_is_as_reviewed(name: str, width: int) -> None:
    golden = GOLDEN / f"{name}-{width}.txt"
    if os.environ.get("CARHOUND_RENEW"):
        golden.write_text(page(name, width), encoding="utf-8", newline="\n")
    assert page(name, width) == golden.read_text(encoding="utf-8")


def test_no_reviewed_page_is_left_over() -> None:
    assert {path.name for path in GOLDEN.glob("*.txt")} == {f"{name}-{width}.txt" for name, width in PAGES}


@pytest.mark.parametrize("width", [60, 80, 100, 250])
@pytest.mark.parametrize("name", CHECKS)
def test_lines_fit_the_page_and_hold_nothing_unseen(name: str, width: int) -> None:
    for line in page(name, width).splitlines():
        assert cell_len(line) <= width
        assert all(map(is_visible, line)), line
        assert line == line.rstrip()


def test_statuses() -> None:
    assert [run.exit_status for run in (HOLDS, FAILS, GAPS, HOSTILE_RUN)] == [0, 1, 2, 2]


@pytest.mark.parametrize("name", CHECKS)
def test_json_is_as_the_schema_says_and_in_its_order(name: str) -> None:
    value = json.loads(b"".join(render_checks(CHECKS[name], "json")))
    jsonschema.Draft202012Validator(SCHEMA).validate(value)
    assert list(value) == list(SCHEMA["properties"])
    kinds = SCHEMA["$defs"]
    for one in value["analytics"]:
        assert list(one) == list(kinds["analytic"]["properties"])
        for case in one["cases"]:
            assert list(case) == list(kinds["case"]["properties"])
            assert all(list(cell) == list(kinds["result"]["properties"]) for cell in case["results"])
        for clause in (clause for clauses in one["clauses"] for clause in clauses["clauses"]):
            assert list(clause) == list(kinds["clause"]["properties"])


def test_schema_takes_nothing_unknown() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def walk(schema: object) -> None:
        if isinstance(schema, dict):
            if "properties" in schema and isinstance(schema["properties"], dict) and "required" in schema:
                assert schema["additionalProperties"] is False
                assert schema["required"] == list(schema["properties"])
            for value in schema.values():
                walk(value)

    walk(SCHEMA)


@pytest.mark.parametrize("name", CHECKS)
def test_junit_counts_are_what_it_holds(name: str) -> None:
    root = ElementTree.fromstring(document(CHECKS[name]))  # noqa: S314  # our own
    for element in (root, *root.iter("testsuite")):
        for key, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            assert int(element.attrib[key]) == len(list(element.iter(tag)))
    assert int(root.attrib["failures"]) == CHECKS[name].failed


def test_junit_leaves_out_what_nobody_expects() -> None:
    root = ElementTree.fromstring(document(FAILS))  # noqa: S314  # our own
    cases = root.findall("testsuite/testcase")
    assert len(cases) == 7 + 5 + 2 + 7
    assert all(case.attrib["classname"].startswith("CAR-2019-04-002.") for case in cases)
