"""The JSON of `explain` and `analytics`, and its schemas."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from carhound.outputs.render import render_catalogue, render_explanation
from carhound.pipeline.catalogue import catalogue
from carhound.pipeline.lakes.ingest import IngestRequest, ingest

from .questions import (
    BUNDLED,
    CHILD,
    EARLY,
    HOSTILE,
    LOGON,
    NEW,
    REPORTER,
    ask,
    document,
    process,
    write,
)


def schema(name: str) -> dict[str, Any]:
    text = (resources.files("carhound.outputs") / "schema" / name).read_text(encoding="utf-8")
    value: dict[str, Any] = json.loads(text)
    return value


EXPLAIN, ANALYTICS = schema("explain-1.json"), schema("analytics-1.json")


def explained(*words: object, **options: object) -> dict[str, Any]:
    """The explanation as a program gets it, checked against the schema."""
    value: dict[str, Any] = json.loads(b"".join(render_explanation(ask(*words, **options), "json")))  # type: ignore[arg-type]
    jsonschema.Draft202012Validator(EXPLAIN).validate(value)
    return value


def listed(reference: str | None) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(b"".join(render_catalogue(catalogue(reference), "json")))
    jsonschema.Draft202012Validator(ANALYTICS).validate(value)
    return value


@pytest.mark.parametrize("shape", [EXPLAIN, ANALYTICS], ids=["explain", "analytics"])
def test_schemas_are_schemas_and_take_nothing_unknown(shape: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(shape)
    open_objects = []

    def walk(part: object, path: str) -> None:
        if isinstance(part, dict):
            if part.get("type") == "object":
                if part.get("additionalProperties") is not False:
                    open_objects.append(path)
                else:
                    assert part["required"] == list(part["properties"]), path
            for key, value in part.items():
                walk(value, f"{path}/{key}")

    walk(shape, "")
    assert set(open_objects) <= {"/$defs/fields"}


def test_explanations_are_as_the_schema_says(tmp_path: Path) -> None:
    evidence = write(tmp_path / "known.jsonl", EARLY)
    for event in (None, CHILD, REPORTER, LOGON, process(1, CommandLine=HOSTILE)):
        explained(BUNDLED, event)
        explained(document(tmp_path), event)
    explained(BUNDLED, CHILD, evidence=(str(evidence),))


def test_keys_stand_in_the_order_of_the_schema() -> None:
    value = explained(BUNDLED, CHILD)
    assert list(value) == list(EXPLAIN["properties"])
    for name, found in (("info", value["explain"]), ("analytic", value["analytics"][0])):
        assert list(found) == list(EXPLAIN["$defs"][name]["properties"])
    for one in value["analytics"][0]["implementations"]:
        assert list(one) == list(EXPLAIN["$defs"]["implementation"]["properties"])
        assert list(one["answer"]) == list(EXPLAIN["$defs"]["answer"]["properties"])
        for step in one["answer"]["steps"]:
            assert list(step) == list(EXPLAIN["$defs"]["step"]["properties"])


def test_clauses_stand_in_the_document_where_json_says() -> None:
    value = explained(BUNDLED)
    path = resources.files("carhound.analytics") / "bundled" / f"{BUNDLED}.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    for one in value["analytics"][0]["implementations"]:
        for clause in one["clauses"]:
            first = clause["source"].splitlines()[0]
            assert lines[clause["line"] - 1][clause["column"] - 1 :].startswith(first)


def test_what_a_program_wants_of_an_answer(tmp_path: Path) -> None:
    evidence = write(tmp_path / "known.jsonl", EARLY)
    (analytic,) = explained(BUNDLED, CHILD, evidence=(str(evidence),))["analytics"]
    new = next(one for one in analytic["implementations"] if one["name"] == NEW)
    assert new["literals"] == {"groups": [["regsvr32.exe"]], "no_opinion": None}
    assert new["needs"] == [["ParentImage"], ["Image"]]
    assert [window["role"] for window in new["windows"]] == ["main", "baseline"]
    answer = new["answer"]
    assert (answer["verdict"], answer["in_result"], answer["first_failure"]["clause"]) == (
        "no match",
        False,
        6,
    )
    assert [step["kind"] for step in answer["steps"]][-1] == "subsearch"
    assert answer["steps"][-1]["subsearch_rows"] == 1


def test_a_text_that_cannot_be_parsed(tmp_path: Path) -> None:
    value = explained(document(tmp_path))
    states = {one["name"]: one["status"] for one in value["analytics"][0]["implementations"]}
    assert states == {
        "Three-valued": "parsed",
        "Broken": "not-parsed",
        "Elsewhere": "not-parsed",
        "Empty window": "parsed",
    }
    assert len(value["reasons"]) == 2


def test_where_a_lake_runs_each_part(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    searches = {
        "Whole": "EventCode=1 regsvr32.exe | dedup Image | head 3",
        "Cut": 'EventCode=3 DestinationIp="10.0.0.0/8" | dedup Image',
        "Above": "EventCode=1 Image=a.exe | stats avg(ProcessId) by Image",
        "Inner": 'EventCode=1 NOT [search EventCode=1 | regex Image="é" | table Image]',
    }
    texts = "".join(
        f"  - {{name: {name}, type: splunk, code: {json.dumps(spl)}}}\n" for name, spl in searches.items()
    )
    mine.write_text(f"title: M\nid: M-1\nimplementations:\n{texts}", encoding="utf-8")
    ingest(IngestRequest((str(write(tmp_path / "a.jsonl", CHILD)),), tmp_path / "lake"))
    (analytic,) = explained(mine, lake=str(tmp_path / "lake"))["analytics"]
    found = {
        one["name"]: [(part["text"].split(",")[0].split(" ")[0], part["engine"]) for part in one["lake"]]
        for one in analytic["implementations"]
    }
    assert found == {
        "Whole": [("scan", "sql"), ("dedup", "sql"), ("head", "sql")],
        "Cut": [("scan", "both"), ("dedup", "interpreter")],
        "Above": [("scan", "sql"), ("stats", "interpreter")],
        "Inner": [("scan", "sql"), ("scan", "both"), ("table", "interpreter"), ("anti-join", "interpreter")],
    }
    first = analytic["implementations"][0]["lake"][0]
    assert (first["role"], first["reasons"], first["row_groups_by"]) == ("main", [], ["regsvr32.exe"])
    for one in analytic["implementations"]:
        for part in one["lake"]:
            assert bool(part["reasons"]) == (part["engine"] != "sql")
    assert all(one["lake"] is None for one in explained(mine)["analytics"][0]["implementations"])


def test_several_analytics_about_one_event(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.spl").write_text(f"EventCode=1 Image=*{name}*", encoding="utf-8")
    value = explained(tmp_path, CHILD)
    assert value["event"]["id"] == ""
    assert [one["id"] for one in value["analytics"]] == ["a", "b"]


def test_the_catalogue(tmp_path: Path) -> None:
    bundled, *companions = listed(None)["analytics"]
    assert (bundled["id"], bundled["bundled"]) == (BUNDLED, True)
    assert len(companions) == 6
    for one in companions:
        assert one["bundled"]
        assert one["title"].startswith("Beyond the published analytic: ")
        assert all(text["runs"] for text in one["implementations"])
        assert all(reference["defined"] for reference in one["data_model_references"])
    assert all(one["runs"] for one in bundled["implementations"])
    broken = [one["reference"] for one in bundled["data_model_references"] if not one["defined"]]
    assert broken == ["process/create/image", "process/create/parent_image"]
    document(tmp_path)
    value = listed(str(tmp_path))
    why = {
        one["name"]: (one["why_not"] or {}).get("code") for one in value["analytics"][0]["implementations"]
    }
    assert why == {"Three-valued": None, "Broken": "SPL-P1", "Elsewhere": "RUN-L1", "Empty window": None}
