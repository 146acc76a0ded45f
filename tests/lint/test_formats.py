"""The JSON of lint and its schema, SARIF as code scanning takes it, and the page.

Six logs of real analytics, companions and broken documents were also held against the schema of OASIS
(sarif-schema-2.1.0.json, draft 7, with formats): 175 results, no error. No wheel ships that file for tests to
depend on, so `SARIF` says in our words what it asks of the parts that are written, and nothing else passes.
"""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema

from carhound.outputs.render import LintFormat, render_lint
from carhound.pipeline.lint import lint

from .linting import run, write_spl, write_yaml

BUNDLED = "CAR-2019-04-002"
SCHEMA: dict[str, Any] = json.loads(
    (resources.files("carhound.outputs") / "schema" / "lint-1.json").read_text(encoding="utf-8")
)


def _object(required: dict[str, object], optional: dict[str, object] | None = None) -> dict[str, object]:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
        "additionalProperties": False,
    }


def _list(items: dict[str, object]) -> dict[str, object]:
    return {"type": "array", "items": items}


TEXT = {"type": "string"}
URI = {"type": "string", "pattern": r"^[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+$"}
MESSAGE = _object({"text": TEXT})
LEVEL = {"enum": ["none", "note", "warning", "error"]}
PLACE = {"type": "integer", "minimum": 1}
SARIF = _object(
    {
        "version": {"const": "2.1.0"},
        "runs": _list(
            _object(
                {
                    "tool": _object(
                        {
                            "driver": _object(
                                {"name": TEXT},
                                {
                                    "version": TEXT,
                                    "rules": _list(
                                        _object(
                                            {"id": TEXT},
                                            {
                                                "shortDescription": MESSAGE,
                                                "fullDescription": MESSAGE,
                                                "help": MESSAGE,
                                            },
                                        )
                                    )
                                    | {"uniqueItems": True},
                                },
                            )
                        }
                    )
                },
                {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": _list(
                        _object(
                            {"executionSuccessful": {"type": "boolean"}},
                            {
                                "toolExecutionNotifications": _list(
                                    _object({"message": MESSAGE}, {"level": LEVEL})
                                )
                            },
                        )
                    ),
                    "results": _list(
                        _object(
                            {"message": MESSAGE},
                            {
                                "ruleId": TEXT,
                                "ruleIndex": {"type": "integer", "minimum": -1},
                                "level": LEVEL,
                                "locations": _list(
                                    _object(
                                        {},
                                        {
                                            "physicalLocation": _object(
                                                {"artifactLocation": _object({}, {"uri": URI})},
                                                {
                                                    "region": _object(
                                                        {},
                                                        dict.fromkeys(
                                                            (
                                                                "startLine",
                                                                "startColumn",
                                                                "endLine",
                                                                "endColumn",
                                                            ),
                                                            PLACE,
                                                        ),
                                                    )
                                                },
                                            ),
                                            "logicalLocations": _list(
                                                _object({}, {"name": TEXT, "fullyQualifiedName": TEXT})
                                            )
                                            | {"uniqueItems": True},
                                        },
                                    )
                                ),
                            },
                        )
                    ),
                },
            )
        ),
    },
    {"$schema": {"type": "string", "format": "uri"}},
)


def rendered(reference: str | Path, style: LintFormat) -> bytes:
    return b"".join(render_lint(lint(str(reference), "warning"), style))


def test_the_schema_takes_nothing_unknown() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def walk(part: object) -> None:
        if isinstance(part, dict):
            if part.get("type") == "object":
                assert part["additionalProperties"] is False
                assert part["required"] == list(part["properties"])
            for value in part.values():
                walk(value)

    walk(SCHEMA)


def test_json_is_as_the_schema_says(tmp_path: Path) -> None:
    broken = write_yaml(tmp_path, ("A", "splunk", "EventCode=1 ("), ("B", "EQL", "any where true"))
    for reference in (BUNDLED, broken):
        value = json.loads(rendered(reference, "json"))
        jsonschema.Draft202012Validator(SCHEMA).validate(value)
        assert list(value) == list(SCHEMA["properties"])
    (analytic,) = value["analytics"]
    assert [one["checked"] for one in analytic["implementations"]] == [False, False]


def test_json_holds_every_remark_and_its_place() -> None:
    value = json.loads(rendered(BUNDLED, "json"))
    path = resources.files("carhound.analytics") / "bundled" / f"{BUNDLED}.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    (analytic,) = value["analytics"]
    remarks = [
        *analytic["remarks"],
        *(one for each in analytic["implementations"] for one in each["remarks"]),
    ]
    assert len(remarks) == sum(value["counts"].values())
    placed = [one for one in remarks if one["source"] is not None]
    assert len(placed) > 20
    for one in placed:
        start = lines[one["line"] - 1][one["column"] - 1 :]
        assert start.startswith(one["source"].splitlines()[0])
        assert (one["end_line"], one["end_column"]) > (one["line"], one["column"])


def test_sarif_is_as_the_schema_of_oasis_says(tmp_path: Path) -> None:
    folder = tmp_path / "my analytics"
    folder.mkdir()
    write_spl(folder, "EventCode=1 User!=ä User!=ä 😀")
    (folder / "broken.yaml").write_text("implementations: [", encoding="utf-8")
    for reference in (BUNDLED, "companions", folder):
        value = json.loads(rendered(reference, "sarif"))
        jsonschema.Draft7Validator(SARIF).validate(value)
        assert value["runs"][0]["results"]


def test_sarif_has_what_the_standard_and_code_scanning_require() -> None:
    value = json.loads(rendered(BUNDLED, "sarif"))
    assert value["version"] == "2.1.0"
    (one,) = value["runs"]
    driver = one["tool"]["driver"]
    assert driver["name"] == "carhound"
    rules = [rule["id"] for rule in driver["rules"]]
    assert len(rules) == len(set(rules))
    for rule in driver["rules"]:
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
    assert one["columnKind"] == "unicodeCodePoints"
    assert one["invocations"][0]["executionSuccessful"] is True
    assert one["results"]
    for result in one["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == f"carhound/analytics/bundled/{BUNDLED}.yaml"
        region = place.get("region")
        if region is not None:
            assert min(region.values()) >= 1
            assert (region["endLine"], region["endColumn"]) > (region["startLine"], region["startColumn"])


def test_sarif_names_what_could_not_be_read_and_escapes_paths(tmp_path: Path) -> None:
    folder = tmp_path / "my analytics"
    folder.mkdir()
    write_spl(folder, "EventCode=1 User!=a")
    (folder / "broken.yaml").write_text("implementations: [", encoding="utf-8")
    (one,) = json.loads(rendered(folder, "sarif"))["runs"]
    invocation = one["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert "broken.yaml" in invocation["toolExecutionNotifications"][0]["message"]["text"]
    uri = one["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == (folder / "search.spl").as_uri()


def test_the_page_shows_warnings_with_their_line_and_notes_in_one(tmp_path: Path) -> None:
    path = write_spl(tmp_path, "EventCode=1 User!=a User!=A")
    page = rendered(path, "table").decode()
    assert "    EventCode=1 User!=a User!=A\n" in page
    assert "  warning: " in page
    assert "note: " not in page
    line, carets = page.split("EventCode=1 User!=a User!=A\n")[0].rsplit("\n", 1)[-1], page.split("\n")
    under = next(text for text in carets if "^" in text)
    assert under.strip() == "^" * len("User!=A")
    assert under.index("^") == len(line) + len("EventCode=1 User!=a ")
    assert sum("LINT-C18" in text for text in carets) == 1
    assert page.rstrip().endswith("1 document: 1 warning, 1 note")


def test_hostile_names_reach_no_terminal_unescaped(tmp_path: Path) -> None:
    path = write_spl(tmp_path, "EventCode=1 User!=\x1b[31ma User!=\x1b[31mA")
    assert run(path).analytics[0].implementations[0].remarks
    assert b"\x1b" not in rendered(path, "table")
    assert "\x1b" not in json.loads(rendered(path, "sarif"))["runs"][0]["results"][0]["message"]["text"]
