"""`carhound ingest`: what it adds, what it says of what it did not read, and how a watch ends."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from carhound.errors import UsageError
from carhound.findings.ingested import Ingested
from carhound.lake.store import Lake
from carhound.outputs.render import render_ingested
from carhound.pipeline.lakes.follow import follow
from carhound.pipeline.lakes.ingest import IngestRequest, ingest
from carhound.pipeline.simulate import SimulationRequest, simulate

from ..forked import forked_python
from .evidence import content, ended, started, write_lines

SCHEMA = json.loads((resources.files("carhound.outputs") / "schema/ingest-1.json").read_text("utf-8"))
Take = Callable[..., Ingested]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Ingests paths into one lake."""
    return lambda *paths: ingest(IngestRequest(tuple(map(str, paths)), tmp_path / "lake"))


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One story in several shapes."""
    folder = tmp_path_factory.mktemp("story")
    paths = {style: folder / f"a.{style}" for style in ("evtx", "jsonl", "xml")}
    for style, path in paths.items():
        list(simulate(SimulationRequest(("squiblydoo-url",), str(path), style)))
    return paths


def counts(ingested: Ingested) -> tuple[int, int]:
    return ingested.added, ingested.repeats


def as_json(ingested: Ingested) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(b"".join(render_ingested(ingested, "json")))
    jsonschema.Draft202012Validator(SCHEMA).validate(value)
    return value


def test_a_file_is_added_once(take: Take, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.json", range(30))
    first, again = take(file), take(file)
    assert (counts(first), counts(again)) == ((30, 0), (0, 30))
    assert (first.exit_status, again.exit_status) == (0, 0)
    page = b"".join(render_ingested(again, "table")).decode()
    assert f"all 30 events of {file} were there already" in " ".join(page.split())
    assert as_json(again)["totals"] == {"files": 1, "events": 30, "added": 0, "repeats": 30, "batches": 0}


def test_the_same_events_in_another_file_are_repeats(take: Take, tmp_path: Path) -> None:
    one = write_lines(tmp_path / "a.json", range(20))
    other = write_lines(tmp_path / "b.json", range(10, 30))
    assert counts(take(one)) == (20, 0)
    both = as_json(take(one, other))
    assert [(file["added"], file["repeats"]) for file in both["files"]] == [(0, 20), (10, 10)]


@pytest.mark.parametrize("other", ["jsonl", "xml"])
def test_the_same_events_in_another_shape_are_repeats(take: Take, story: dict[str, Path], other: str) -> None:
    """Those for which the sensor has a key: process creations and image loads."""
    first = take(story["evtx"])
    keyed = sum(one["key"] is not None for one in content(Lake.open(Path(first.lake)), "key", "event_id"))
    assert keyed > 0
    again = take(story[other])
    assert again.repeats >= keyed
    assert again.repeats + again.added == first.added


def test_a_machine_set_back_uses_its_record_ids_again(take: Take, tmp_path: Path) -> None:
    take(write_lines(tmp_path / "a.json", range(10)))
    later = write_lines(tmp_path / "b.json", range(10), CommandLine="after the snapshot was restored")
    assert counts(take(later)) == (10, 0)


def test_all_that_an_event_said_is_kept(take: Take, tmp_path: Path) -> None:
    lake = Lake.open(Path(take(write_lines(tmp_path / "a.json", [1], Odd=["x", "y"])).lake))
    (row,) = content(lake)
    assert json.loads(row["data"])["Odd"] == ["x", "y"]
    assert row["odd"] is True
    assert row["CommandLine"] == "run 1"


def test_what_was_not_read_is_said(take: Take, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.json", range(3))
    file.write_text(file.read_text() + '{"EventID": 1, "SourceName"')
    (tmp_path / "notes.txt").write_text("nothing here")
    said = take(file, tmp_path / "notes.txt", tmp_path / "absent")
    assert (counts(said), said.exit_status) == ((3, 0), 4)
    value = as_json(said)
    assert len(value["files"][0]["damaged"]) == 1
    assert value["missing"] == [str(tmp_path / "absent")]
    assert any("notes.txt is no evidence" in one for one in value["reasons"])
    assert b"PARTIAL" in b"".join(render_ingested(said, "table"))


def test_nothing_to_read_is_no_success(take: Take, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert take(tmp_path / "empty").exit_status == 4
    with pytest.raises(UsageError):
        take(tmp_path / "absent")


def test_a_lake_does_not_eat_itself(take: Take, tmp_path: Path) -> None:
    write_lines(tmp_path / "a.json", range(3))
    take(tmp_path)
    assert counts(take(tmp_path)) == (0, 3)


def test_a_path_is_shown_harmless(take: Take, tmp_path: Path) -> None:
    said = take(write_lines(tmp_path / "a\x1b[2J.json", range(2)), tmp_path / "gone\x1b[2J")
    again = take(tmp_path / "a\x1b[2J.json")
    for style in ("table", "json"):
        assert b"\x1b" not in b"".join([*render_ingested(said, style), *render_ingested(again, style)])


def test_a_watch_reads_what_has_come_to_rest_and_what_has_grown(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    looks = iter(range(20))

    def meanwhile(_: float) -> None:
        match next(looks):
            case 0:
                write_lines(inbox / "a.json", range(5))
            case 1 | 2:  # still growing: not read yet
                write_lines(inbox / "a.json", range(8))
                os.utime(inbox / "a.json", ns=(0, time.time_ns()))
            case 5:
                write_lines(inbox / "a.json", range(10))
            case 9:
                raise KeyboardInterrupt

    rounds = list(follow(IngestRequest((str(inbox),), tmp_path / "lake"), meanwhile))
    assert [counts(one) for one in rounds] == [(8, 0), (2, 8)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_watch_ends_cleanly_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "inbox").mkdir()
    write_lines(tmp_path / "inbox" / "a.json", range(100))
    process = started("ingest", "--follow", tmp_path / "inbox", "--lake", tmp_path / "lake", "-f", "json")
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert first["totals"]["added"] == 100
    process.send_signal(number)
    assert ended(process) == (0, "", "")
    assert len(content(Lake.open(tmp_path / "lake"), "sequence")) == 100


def test_an_interrupted_ingest_adds_what_it_has_read(tmp_path: Path) -> None:
    lines = write_lines(tmp_path / "a.json", range(6000)).read_text()
    larger = "ingester._CHUNK, ingester._BATCH_ROWS = 500, 2000"
    words = ("ingest", "-", "--lake", tmp_path / "lake", "-f", "json")
    process = started(*words, before=larger, stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(lines)
    process.stdin.flush()
    until = time.monotonic() + 30
    while not (tmp_path / "lake" / "events" / "data").is_dir() and time.monotonic() < until:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    status, out, err = ended(process)
    said = json.loads(out)
    assert (status, err) == (4, "")
    assert said["reasons"][0].startswith("interrupted")
    assert said["totals"]["added"] == len(content(Lake.open(tmp_path / "lake"), "sequence")) >= 2000


def test_a_catalogue_is_taken_by_its_name(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.json", range(5))
    environment = {
        **os.environ,
        "PYICEBERG_CATALOG__TEAM__TYPE": "sql",
        "PYICEBERG_CATALOG__TEAM__URI": f"sqlite:///{tmp_path}/team.sqlite",
    }
    words = (file, "--lake", tmp_path / "lake", "--catalog")
    assert ended(started("ingest", *words, "team", env=environment))[0] == 0
    assert not (tmp_path / "lake" / "catalog.sqlite").exists()
    status, out, _ = ended(started("lake", "stats", tmp_path / "lake", "--catalog", "team", env=environment))
    assert (status, "events   5" in out) == (0, True)
    status, _, err = ended(started("lake", "stats", tmp_path / "lake", python=forked_python()))
    assert (status, "say with --catalog" in err) == (2, True)
    status, _, err = ended(started("ingest", *words, "unknown", python=forked_python()))
    assert (status, "'unknown' cannot be opened" in err) == (2, True)


def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path) -> None:
    hidden = "import importlib.util; importlib.util.find_spec = lambda name: None"
    status, _, err = ended(started("ingest", tmp_path, "--lake", tmp_path / "lake", before=hidden))
    assert (status, "pip install 'carhound[lake]'" in err) == (2, True)


def test_the_schema_takes_nothing_unknown() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for kind in (SCHEMA, SCHEMA["$defs"]["file"], SCHEMA["properties"]["totals"]):
        assert kind["additionalProperties"] is False
        assert kind["required"] == list(kind["properties"])
