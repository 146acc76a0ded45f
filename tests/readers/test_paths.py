"""Ways to name evidence: patterns, standard input, pipes, names in no encoding, paths of any length."""

import io
import json
import os
import socket
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from carhound.model.event import RawEvent
from carhound.readers.evidence import open_evidence
from carhound.readers.walk import missing, walk

EVENT = b'{"EventID":1,"Hostname":"ws1","TimeCreated":"2024-06-14T12:00:00Z","Image":"%s"}\n'
ONE, TWO = EVENT % b"one", EVENT % b"two"


def zipped(members: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def shown(*paths: str) -> list[str]:
    return [found.shown for found in walk(paths)]


def test_patterns_are_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a shell would have done; folders are walked, and nothing is met twice."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.json", "a.json", "c.log", "deep/er/a.json", "deep/b.json"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(ONE)
    assert shown("*.json") == ["a.json", "b.json"]
    assert shown("?.log", "[ab].json") == ["c.log", "a.json", "b.json"]
    assert shown("**/a.json") == ["a.json", os.path.join("deep", "er", "a.json")]
    assert sorted(shown("**")) == ["a.json", "b.json", "c.log", "deep/b.json", "deep/er/a.json"]
    assert shown("d*") == ["deep/b.json", "deep/er/a.json"]
    assert missing(["*.evtx", "*.json", "a.json", "z.json", "-"]) == ["*.evtx", "z.json"]
    assert all(found.explicit for found in walk(["*.json"]))


def test_a_path_that_exists_is_no_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("[ab].json", "a.json", "*.json"):
        Path(name).write_bytes(ONE)
    assert shown("[ab].json") == ["[ab].json"]
    assert shown("*.json") == ["*.json"]


def images(*paths: str) -> list[tuple[str, str]]:
    return [
        (part.path, str(item.data["Image"]))
        for part in open_evidence(paths)
        for item in part.items()
        if isinstance(item, RawEvent)
    ]


@pytest.mark.parametrize("nested", [False, True], ids=["plain", "zip"])
def test_standard_input(nested: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever comes through it, and files beside it."""
    data = zipped([("in.zip", zipped([("x", ONE)])), ("y", TWO)]) if nested else ONE + TWO
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    (tmp_path / "file").write_bytes(ONE)
    wanted = [("-/in.zip/x", "one"), ("-/y", "two")] if nested else [("-", "one"), ("-", "two")]
    assert images("-", str(tmp_path / "file")) == [*wanted, (str(tmp_path / "file"), "one")]


def test_empty_standard_input_is_no_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO()))
    (part,) = open_evidence(["-"])
    assert (part.kind, part.reason, part.explicit) == ("not evidence", "an empty file", True)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs /dev/fd")
def test_a_pipe_from_the_shell_is_read() -> None:
    """`carhound hunt <(command)`."""
    read, write = os.pipe()
    os.write(write, ONE)
    os.close(write)
    try:
        assert images(f"/dev/fd/{read}") == [(f"/dev/fd/{read}", "one")]
    finally:
        os.close(read)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_pipes_sockets_and_loops_hold_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in a folder nor named: nobody may be at the other end."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        os.symlink(".", "loop")
        os.symlink("self", "self")
        os.symlink("/dev/zero", "zero")
        Path("real").write_bytes(ONE)
        kinds = {part.path: part.kind for part in open_evidence(["."])}
        named = [part.kind for part in open_evidence(["fifo", "socket", "zero"])]
    assert kinds.pop("./real") == "evidence"
    assert kinds.pop("./self") in ("evidence", "not evidence")  # a link that leads to itself cannot be read
    assert set(kinds.values()) == {"not evidence"}
    assert named == ["not evidence"] * 3


NAME = os.fsdecode(b"caf\xe9 \xff\x1b[2J.json")


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are any bytes")
def test_names_that_are_no_text(tmp_path: Path) -> None:
    """They are opened, shown with codes, and JSON stays valid; a run is not ended by them."""
    event = json.loads(EVENT % b"C:\\\\x\\\\cmd.exe") | {
        "SourceName": "Microsoft-Windows-Sysmon",
        "ParentImage": "C:\\Windows\\System32\\regsvr32.exe",
        "CommandLine": "cmd",
        "ProcessGuid": "{1}",
    }
    (tmp_path / NAME).write_text(json.dumps(event))
    (tmp_path / f"{NAME}.zip").write_bytes(zipped([("ü", ONE)]))
    for style in ("json", "table", "csv", "jsonl"):
        done = subprocess.run(
            [sys.executable, "-m", "carhound", "search", "EventCode=1", "-f", style, "."],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        assert b"\x1b" not in done.stdout + done.stderr
        text = done.stdout.decode("utf-8")
        if style == "json":
            paths = [file["path"] for file in json.loads(text)["evidence"]["files"]]
            assert len(paths) == 2
            assert all(path.startswith("./caf") for path in paths)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit of 4096 bytes")
def test_paths_longer_than_the_system_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made step by step: what lies too deep is named as not read, and what does not is read."""
    monkeypatch.chdir(tmp_path)
    Path("near.json").write_bytes(ONE)
    for _ in range(30):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    Path("far.json").write_bytes(TWO)
    os.chdir(tmp_path)
    parts = list(open_evidence(["."]))
    assert {part.kind for part in parts} == {"evidence"}
    assert any("name too long" in part.reason for part in parts)
    assert images(".") == [("./near.json", "one")]
    assert missing(["x" * 100_000]) == ["x" * 100_000]
    for _ in range(30):  # pytest cannot remove what it cannot name
        os.chdir("d" * 200)
    os.remove("far.json")
    for _ in range(30):
        os.chdir("..")
        os.rmdir("d" * 200)
