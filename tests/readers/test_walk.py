"""What is found below the given paths, and what is said of what cannot be read."""

import os
import socket
from pathlib import Path

import pytest

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.evidence import open_evidence
from carhound.readers.walk import missing, walk

EVENT = '{"EventID":1,"Hostname":"ws1","Image":"a"}\n'


def test_folders_are_walked_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b/2.json", "b/10.json", "a.json", "B.json", "b.json", "c/d/e.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(EVENT)
    names = ["B.json", "a.json", "b/10.json", "b/2.json", "b.json", "c/d/e.json"]
    assert [found.shown for found in walk([str(tmp_path)])] == [f"{tmp_path}/{name}" for name in names]
    assert [found.shown for found in walk([f"{tmp_path}/"])] == [f"{tmp_path}/{name}" for name in names]
    assert not any(found.explicit for found in walk([str(tmp_path)]))


def test_paths_are_shown_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.json").write_text(EVENT)
    monkeypatch.chdir(tmp_path)
    assert [found.shown for found in walk(["logs", "./logs/a.json", "."])] == [
        "logs/a.json",
        "./logs/a.json",
        "./logs/a.json",
    ]
    assert [found.explicit for found in walk(["logs", "./logs/a.json", "."])] == [False, True, False]


def test_missing_paths_are_left_to_the_caller(tmp_path: Path) -> None:
    here = tmp_path / "a.json"
    here.write_text(EVENT)
    paths = [str(tmp_path / "nowhere"), str(here)]
    assert missing(paths) == paths[:1]
    assert [found.shown for found in walk(paths)] == [str(here)]


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    """A link that leads back up would never end; one to a file is read."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.json").write_text(EVENT)
    (tmp_path / "logs" / "up").symlink_to(tmp_path)
    (tmp_path / "logs" / "file").symlink_to(tmp_path / "logs" / "a.json")
    (tmp_path / "logs" / "nowhere").symlink_to(tmp_path / "gone")
    parts = list(open_evidence([str(tmp_path / "logs")]))
    assert [(Path(part.path).name, part.kind) for part in parts] == [
        ("a.json", "evidence"),
        ("file", "evidence"),
        ("nowhere", "not evidence"),
        ("up", "not evidence"),
    ]
    assert all(part.reason for part in parts[2:])
    (tmp_path / "named").symlink_to(tmp_path / "logs")
    assert len(list(walk([str(tmp_path / "named")]))) == 4


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_and_sockets_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        parts = list(open_evidence([".", "pipe"]))
    assert [(part.path, part.kind, part.explicit) for part in parts] == [
        ("./pipe", "not evidence", False),
        ("./socket", "not evidence", False),
        ("pipe", "not evidence", True),
    ]
    assert {part.reason for part in parts} == {"a device, pipe or socket"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may read everything")
def test_what_may_not_be_read_is_damage(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(0o000)
    (tmp_path / "file.json").write_text(EVENT)
    (tmp_path / "file.json").chmod(0)
    (tmp_path / "open.json").write_text(EVENT)
    parts = list(open_evidence([str(tmp_path)]))
    kinds = [[type(item) for item in part.items() if isinstance(item, RawEvent | Damage)] for part in parts]
    assert kinds == [[Damage], [Damage], [RawEvent]]


def test_a_file_that_fails_to_open_does_not_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs the tests, a file that cannot be opened is told and the next one is read."""
    for name in ("1.json", "2.json"):
        (tmp_path / name).write_text(EVENT)
    whole = Path.open

    def fail(self: Path, *args: str) -> object:
        if self.name == "1.json":
            raise PermissionError(13, "Permission denied")
        return whole(self, *args)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", fail)
    first, second = open_evidence([str(tmp_path)])
    (damage,) = first.items()
    assert isinstance(damage, Damage)
    assert damage.reason == "it cannot be read: permission denied"
    assert any(isinstance(item, RawEvent) for item in second.items())


def test_a_file_named_evtx_that_is_none_says_so(tmp_path: Path) -> None:
    path = tmp_path / "Security.evtx"
    path.write_bytes(b"hello world")
    (part,) = open_evidence([str(path)])
    assert (part.kind, part.explicit) == ("unsupported", True)
    assert part.reason == "no EVTX file: it starts with b'hello wo'"


def test_empty_and_foreign_files_are_not_evidence(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text("MIT License\n")
    (tmp_path / "empty.evtx").touch()
    (tmp_path / "expected.json").write_text('{"about": "x", "datasets": {}}')
    parts = list(open_evidence([str(tmp_path)]))
    assert [(Path(part.path).name, part.kind, part.reason) for part in parts] == [
        ("LICENSE", "not evidence", "text of no known shape"),
        ("empty.evtx", "not evidence", "an empty file"),
        ("expected.json", "not evidence", "JSON that holds no events of a known shape"),
    ]
    assert [list(part.items()) for part in parts] == [[], [], []]
