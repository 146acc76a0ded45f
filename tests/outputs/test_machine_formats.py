"""JSON, JSON lines and CSV."""

import csv
import io
import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from carhound.findings.run import Rows
from carhound.outputs.render import FORMATS, render

from .sample_parts import HOSTILE, process, run
from .sample_runs import RUNS, findings_run, quiet_run, search_run

SCHEMA = json.loads((resources.files("carhound.outputs") / "schema/run-1.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def json_of(name: str) -> dict[str, object]:
    """The run as a program gets it."""
    value = json.loads(b"".join(render(RUNS[name](), "json")))
    assert isinstance(value, dict)
    return value


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", RUNS)
def test_json_is_as_the_schema_says(name: str) -> None:
    VALIDATOR.validate(json_of(name))


@pytest.mark.parametrize("name", RUNS)
def test_json_keys_stand_in_the_order_of_the_schema(name: str) -> None:
    value = json_of(name)
    assert list(value) == list(SCHEMA["properties"])
    for key in ("run", "evidence"):
        assert list(value[key]) == list(SCHEMA["$defs"][key]["properties"])  # type: ignore[call-overload]
    for kind, found in (("analytic", value["analytics"]), ("finding", value["findings"])):
        for one in found:  # type: ignore[attr-defined]
            assert list(one) == list(SCHEMA["$defs"][kind]["properties"])


def test_schema_takes_nothing_unknown() -> None:
    """Every object but the two that mirror evidence is closed, and every key of a closed one is required."""
    open_objects = []

    def walk(schema: object, path: str) -> None:
        if isinstance(schema, dict):
            if schema.get("type") == "object":
                if schema.get("additionalProperties") is not False:
                    open_objects.append(path)
                else:
                    assert schema["required"] == list(schema["properties"]), path
            for key, value in schema.items():
                walk(value, f"{path}/{key}")

    walk(SCHEMA, "")
    assert open_objects == ["/$defs/fields"]


def test_rendering_twice_gives_the_same_bytes() -> None:
    for style in FORMATS:
        assert b"".join(render(findings_run(), style)) == b"".join(render(findings_run(), style))


def test_json_totals_are_sums_over_files() -> None:
    evidence = json_of("partial")["evidence"]
    assert evidence["totals"] == {  # type: ignore[index]
        "files": 4,
        "bytes": 4 * 1_118_208,
        "events": 1204 + 1204 + 310,
        "unread": 0,
        "eligible": 602 + 602,
        "duplicates": 0,
        "damaged": 10,
        "skipped": 3,
    }


def test_json_times_are_utc() -> None:
    value = json_of("findings")
    assert value["run"]["now"] == "2018-12-04T12:00:00Z"  # type: ignore[index]
    assert value["findings"][0]["time"] == "2018-12-04T09:12:44.123Z"  # type: ignore[index]


def test_json_keeps_every_character_but_lone_surrogates() -> None:
    hostile = json_of("findings")["findings"][1]  # type: ignore[index]
    assert hostile["native"]["CommandLine"] == HOSTILE.replace("\ud800", "\ufffd")


def test_json_shows_a_terminal_nothing_it_could_act_on() -> None:
    found = process(1, command="\x7f\x9b31m\u202e\U000e0041\u200b é 日本 \U0001f600")
    written = b"".join(render(run(findings=(found,)), "json")).decode()
    assert r"\u007f\u009b31m\u202e\udb40\udc41\u200b é 日本 " in written
    assert json.loads(written)["findings"][0]["native"]["CommandLine"] == found.native["CommandLine"]


def test_json_takes_what_json_has_no_form_for() -> None:
    rows = Rows(("n", "key \ud800"), ((2**70, "x"), (-(2**70), ("a\udfff", "b")), (float("nan"), None)))
    written = b"".join(render(run(results=rows), "jsonl"))
    assert [json.loads(line) for line in written.splitlines()] == [
        {"n": str(2**70), r"key \ud800": "x"},
        {"n": str(-(2**70)), r"key \ud800": ["a\ufffd", "b"]},
        {"n": None, r"key \ud800": None},
    ]


def test_a_line_of_jsonl_is_a_finding_of_the_json() -> None:
    lines = b"".join(render(findings_run(), "jsonl")).splitlines()
    assert [json.loads(line) for line in lines] == json_of("findings")["findings"]


def test_a_line_of_jsonl_is_a_row_of_a_search() -> None:
    first, _ = b"".join(render(search_run(), "jsonl")).splitlines()
    assert json.loads(first) == {
        "_time": "2018-12-04T09:12:44.123Z",
        "Computer": "WS-0042",
        "Image": r"C:\Windows\System32\calc.exe",
        "count": 2,
        "values(User)": ["alice", "bob"],
    }


def test_nothing_found_is_no_line_of_jsonl_and_only_the_head_of_csv() -> None:
    assert b"".join(render(quiet_run(), "jsonl")) == b""
    assert b"".join(render(quiet_run(), "csv")).count(b"\n") == 1


def csv_of(name: str) -> list[dict[str, str]]:
    """The rows as a spreadsheet reads them."""
    return list(csv.DictReader(io.StringIO(b"".join(render(RUNS[name](), "csv")).decode())))


def test_csv_has_a_row_for_each_finding() -> None:
    first, *_, loaded = csv_of("findings")
    assert first == {
        "time": "2018-12-04T09:12:44.123Z",
        "computer": "WS-0042.corp.example",
        "analytic": "CAR-2019-04-002",
        "implementations": "Main Pattern; Main Pattern - pseudocode; Spawning child processes; "
        "Spawning child processes - pseudocode",
        "object": "process/create",
        "event_id": "1",
        "parent_image": r"C:\Windows\System32\regsvr32.exe",
        "image": r"C:\Windows\System32\calc.exe",
        "command_line": r'"C:\Windows\System32\calc.exe"',
        "image_loaded": "",
        "file": "logs/ws42/Microsoft-Windows-Sysmon%4Operational.evtx",
        "record": "4630112",
        "places": "1",
        "days": "",
        "id": "12" + "ab" * 31,
        "seen_hosts": "2",
        "seen_days": "3",
        "seen_first": "2018-11-30T08:00:00Z",
        "seen_last": "2018-12-04T09:12:44.123Z",
        "key": r'"C:\Windows\System32\calc.exe"',
        "key_folded": "",
        "reasons": "url-or-unc-source; scriptlet; network-after-load; rare-across-hosts; "
        "several-implementations",
    }
    assert loaded["image_loaded"].endswith("AllTheThingsx86.dll")
    assert loaded["places"] == "2"


def test_csv_is_a_line_for_each_row_whatever_evidence_holds() -> None:
    for name in ("findings", "search", "wide-search"):
        written = b"".join(render(RUNS[name](), "csv")).decode()
        assert len(written.splitlines()) == len(csv_of(name)) + 1


def test_csv_leaves_our_numbers_and_disarms_evidence() -> None:
    rows = Rows(
        ("=sum", "n"), (("=1+1", -5), ("-x", 2.5), ("@a", 0), ("+1", None), ("\t=1", 1), ("\uff1d1", 2))
    )
    written = b"".join(render(run(results=rows), "csv")).decode()
    assert written == "'=sum,n\n'=1+1,-5\n'-x,2.5\n'@a,0\n'+1,\n\\x09=1,1\n'\uff1d1,2\n"


def test_machine_formats_do_not_wait_for_the_terminal_libraries() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from tests.outputs.sample_runs import findings_run;"
        "from carhound.outputs.render import render;"
        "[list(render(findings_run(), one)) for one in ('json', 'jsonl', 'csv')];"
        "print('rich' in sys.modules)"
    )
    words = [sys.executable, "-c", code, str(Path(__file__).parents[2])]
    assert subprocess.run(words, capture_output=True, encoding="utf-8", check=True).stdout == "False\n"
