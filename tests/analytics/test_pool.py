"""Processes that share loads: whatever becomes of them, each load is told once, and in its turn."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from carhound.pipeline.files import pool
from carhound.pipeline.files.pieces import Load, Piece, pieces
from carhound.pipeline.request import Progress

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")


class Names:
    """Gives the names of files, one by one; `deadly` ones kill the process that reads them."""

    def __init__(self, deadly: str) -> None:
        self._deadly = deadly

    def tell(self, progress: Progress) -> None:
        self._progress = progress

    def read(self, load: Load) -> Iterator[str]:
        for piece in load:
            self._progress.file(piece.found.path.name, None)
            yield piece.found.path.name
            if piece.found.path.name in self._deadly:
                os.kill(os.getpid(), signal.SIGKILL)

    def lost(self, piece: Piece, why: str) -> str:
        return f"{piece.found.path.name} {why}"


class Shown:
    def __init__(self) -> None:
        self.files: list[str] = []

    def file(self, path: str, _: int | None) -> None:
        self.files.append(path)

    def events(self, count: int) -> None:
        pass


def told(folder: Path, sizes: Sequence[int], deadly: str, here: str, progress: Progress) -> list[str]:
    """What three processes make of files called by letters; so many stand in each load."""
    for number in range(sum(sizes)):
        (folder / chr(ord("a") + number)).touch()
    given = iter(pieces([str(folder)]))
    loads = [[next(given) for _ in range(size)] for size in sizes]
    made = pool.Pool(
        loads, partial(Names, deadly), 3, 1, lambda load: load[0].found.path.name in here, progress
    )
    with closing(made):
        return list(made.batches())


def test_what_dies_takes_one_piece_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "context", lambda: multiprocessing.get_context("fork"))
    shown = Shown()
    given = told(tmp_path, [3, 1, 1, 4, 1], "bdgh", "e", shown)
    ends = "was ended by signal 9"
    lost = {name: [name, f"{name} {ends}"] for name in "bdgh"}
    assert given == ["a", *lost["b"], "c", *lost["d"], "e", "f", *lost["g"], *lost["h"], "i", "j"]
    assert set(shown.files) == set("abcdefghij")
    assert not multiprocessing.active_children()


class Tired(Names):
    """Its process dies a moment after it has read its first load."""

    def read(self, load: Load) -> Iterator[str]:
        yield from super().read(load)
        if multiprocessing.parent_process() is not None:
            threading.Timer(0.5, os._exit, (1,)).start()


def test_a_process_that_dies_between_loads_takes_nothing_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "context", lambda: multiprocessing.get_context("fork"))
    for name in "abc":
        (tmp_path / name).touch()
    made = pool.Pool(
        [[piece] for piece in pieces([str(tmp_path)])], partial(Tired, ""), 1, 1, lambda _: False
    )
    given = []
    with closing(made):
        for name in made.batches():
            given.append(name)
            for process in multiprocessing.active_children():
                process.join()
    assert given == ["a", "b", "c"]
