"""Progress on stderr while evidence is read, for a person at a terminal only."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from carhound.outputs import wording
from carhound.outputs.escape import visible

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from carhound.pipeline import Progress

_PATH_SHOWN = 48
_PAUSE = 0.1
"""Seconds between changes: reading must not wait for its own progress."""


@contextmanager
def shown_progress(*, quiet: bool) -> "Iterator[Progress | None]":
    """A bar that vanishes when reading ends; None where nobody would see it."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        BarColumn(bar_width=16),
        TextColumn("{task.fields[said]}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True, highlight=False, emoji=False),
        transient=True,
    )
    with bar:
        yield _Reading(bar)


class _Reading:
    """What reading tells the bar. Nobody knows how much is to come, so it shows what has been."""

    def __init__(self, bar: "Bar") -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None, said="")
        self._files = 0
        self._events = 0
        self._path = ""
        self._due = 0.0

    def file(self, path: str, size: int | None) -> None:
        """A file (or archive member) is begun."""
        self._files += 1
        shown = visible(path)
        self._path = shown if len(shown) <= _PATH_SHOWN else "…" + shown[-_PATH_SHOWN:]
        if size is not None:
            self._path += f" ({wording.size(size)})"
        self._show()

    def events(self, count: int) -> None:
        """So many events have been read in all."""
        self._events = count
        if monotonic() >= self._due:
            self._show()

    def _show(self) -> None:
        self._due = monotonic() + _PAUSE
        said = f"{wording.count(self._files, 'file')}, {wording.count(self._events, 'event')}, {self._path}"
        self._bar.update(self._task, said=said)
