"""`carhound stack`, held against plain counts."""

import csv
import io
import json
from collections import defaultdict
from pathlib import Path

import pytest

from .small_evidence import HOSTILE, LOAD, UNSEEN, Run, process, write

ALL = ("stack", "-q", "--exit-zero", "-f", "csv")


def rows(said: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(said)))


def load(number: int, **fields: object) -> dict[str, object]:
    return LOAD | {"RecordNumber": number, **fields}


def test_the_rarest_come_first_and_letter_case_does_not_count(tmp_path: Path, carhound: Run) -> None:
    write(
        tmp_path / "a.jsonl",
        load(1, ImageLoaded=r"C:\Common.dll", Hostname="WS1"),
        load(2, ImageLoaded=r"C:\common.dll", Hostname="WS2", TimeCreated="2024-06-15T12:00:00Z"),
        load(3, ImageLoaded=r"C:\common.dll", Hostname="WS2", TimeCreated="2024-06-16T12:00:00Z"),
        load(4, ImageLoaded=r"C:\odd.dll"),
        load(5, ImageLoaded=r"C:\odd.dll"),
        load(6, ImageLoaded=r"C:\once.dll"),
        process(7),
    )
    said = carhound(*ALL, "ImageLoaded", "a.jsonl")
    assert [tuple(row.values()) for row in rows(said.stdout)] == [
        (r"C:\once.dll", "1", "1", "1", "2024-06-14T12:00:00Z", "2024-06-14T12:00:00Z"),
        (r"C:\odd.dll", "2", "1", "1", "2024-06-14T12:00:00Z", "2024-06-14T12:00:00Z"),
        (r"C:\common.dll", "3", "2", "3", "2024-06-14T12:00:00Z", "2024-06-16T12:00:00Z"),
    ]


def test_several_fields_a_condition_and_a_range(tmp_path: Path, carhound: Run) -> None:
    write(
        tmp_path / "a.jsonl",
        load(1, Image="a", Signed="true"),
        load(2, Image="a", Signed="false"),
        load(3, Image="b", Signed="false"),
        load(4, Image="a", Signed="true", TimeCreated="2024-07-14T12:00:00Z"),
    )
    words = ("Image,Signed", "a.jsonl", "--where", "EventCode=7 Image=a", "--latest", "2024-07-01")
    said = carhound(*ALL, *words)
    assert [(row["Image"], row["Signed"], row["count"]) for row in rows(said.stdout)] == [
        ("a", "false", "1"),
        ("a", "true", "1"),
    ]


def test_days_are_those_of_the_zone(tmp_path: Path, carhound: Run) -> None:
    times = ("2024-06-14T03:59:00Z", "2024-06-14T04:00:00Z", "2024-06-14T05:00:00Z")
    write(tmp_path / "a.jsonl", *(process(at, Image="x", TimeCreated=one) for at, one in enumerate(times)))
    for zone, days in (("UTC", "1"), ("America/New_York", "2")):
        assert rows(carhound(*ALL, "Image", "a.jsonl", "--tz", zone).stdout)[0]["days"] == days


def test_the_table_shows_the_top_and_says_what_is_left_out(tmp_path: Path, carhound: Run) -> None:
    write(tmp_path / "a.jsonl", *(process(at, Image=f"x{at}") for at in range(5)), load(9, Image=None))
    said = carhound("stack", "Image", "a.jsonl", "--top", "2")
    assert said.returncode == 1
    assert "and 3 more rows: --format json, jsonl or csv lists them all" in said.stdout
    assert "x1" in said.stdout
    assert "x2" not in said.stdout
    assert "events without Image are left out (1 event)" in said.stdout


def test_a_field_that_nothing_carries_is_named_with_the_nearest(tmp_path: Path, carhound: Run) -> None:
    write(tmp_path / "a.jsonl", process())
    said = carhound("stack", "Commandline", "a.jsonl")
    assert said.returncode == 0
    assert "no event that matches carries Commandline" in said.stdout
    assert "did you mean CommandLine?" in said.stdout


def test_a_normal_form_can_be_stacked(tmp_path: Path, carhound: Run) -> None:
    write(tmp_path / "a.jsonl", process(1, CommandLine="run 1"), process(2, CommandLine="Run  22"))
    (row,) = rows(carhound(*ALL, "normal_command_line", "a.jsonl").stdout)
    assert (row["normal_command_line"], row["count"]) == ("run <n>", "2")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("count",), "cannot stack count"),
        (("Image,,User",), "cannot stack"),
        (("Image", "--where", "a | head 3"), "before the first |"),
        (("Image", "--where", "a NOT [search b]"), "before the first |"),
        (("Image", "--where", "("), "never closed"),
    ],
)
def test_wrong_usage(tmp_path: Path, carhound: Run, words: tuple[str, ...], said: str) -> None:
    write(tmp_path / "a.jsonl", process())
    field, *rest = words
    ended = carhound("stack", field, "a.jsonl", *rest)
    assert ended.returncode == 2
    assert said in ended.stderr


def test_hostile_values_are_escaped(tmp_path: Path, carhound: Run) -> None:
    write(tmp_path / "a.jsonl", process(CommandLine=HOSTILE))
    for style in ("table", "csv", "jsonl"):
        out = carhound("stack", "CommandLine", "a.jsonl", "-f", style).stdout
        assert not [one for one in UNSEEN if one in out]


def test_simulated_evidence_against_a_plain_count(tmp_path: Path, carhound: Run) -> None:
    made = carhound("simulate", "-q", "--hosts", "2", "--days", "1", "-o", "all.jsonl", "--sysmon-only")
    assert made.returncode == 0, made.stderr
    counts: dict[str, int] = defaultdict(int)
    hosts: dict[str, set[str]] = defaultdict(set)
    for line in (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)["winlog"]
        if (loaded := record["event_data"].get("ImageLoaded")) is not None:
            counts[loaded.lower()] += 1
            hosts[loaded.lower()].add(record["computer_name"])
    found = rows(carhound(*ALL, "ImageLoaded", "all.jsonl").stdout)
    assert {row["ImageLoaded"].lower(): int(row["count"]) for row in found} == counts
    assert {row["ImageLoaded"].lower(): int(row["hosts"]) for row in found} == {
        loaded: len(names) for loaded, names in hosts.items()
    }
    order = [
        (int(row["hosts"]), int(row["days"]), int(row["count"]), row["ImageLoaded"].lower()) for row in found
    ]
    assert order == sorted(order)
