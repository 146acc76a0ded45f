"""`ingest --follow`: the files that arrive below some paths, read when they have come to rest."""

import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType

from carhound.errors import UsageError
from carhound.findings.ingested import Ingested
from carhound.pipeline.lakes.ingest import IngestRequest, Intake
from carhound.readers.walk import STANDARD_INPUT, Found

_PAUSE = 2.0
"""Seconds between two looks."""

_State = tuple[int, int]
"""The size and the time of the last change (ns) of a file."""


def follow(request: IngestRequest, pause: Callable[[float], None] = time.sleep) -> Iterator[Ingested]:
    """One result for each look that found something to read, until SIGINT or SIGTERM, which is no error.

    A file is read when its size and time of change stood still between two looks, and again when they differ
    from when it was read. Raises CarhoundError.
    """
    if STANDARD_INPUT in request.evidence:
        raise UsageError("--follow cannot look at standard input again", hint="name files and folders")
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        intake = Intake.of(request, None)
        files = _Files()
        while True:
            if arrived := files.at_rest(intake.found()):
                ingested = intake.take(arrived)
                yield ingested
                if ingested.interrupted:
                    return
            pause(_PAUSE)
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)


class _Files:
    """What was seen of files at the last look."""

    def __init__(self) -> None:
        self._last: dict[str, _State] = {}
        self._read: dict[str, _State] = {}

    def at_rest(self, found: Iterator[Found]) -> list[Found]:
        """The files to be read now."""
        seen: dict[str, _State] = {}
        ready = []
        for one in found:
            if (state := _state(one)) is None:
                continue
            seen[one.shown] = state
            if self._last.get(one.shown) == state and self._read.get(one.shown) != state:
                self._read[one.shown] = state
                ready.append(one)
        self._last = seen
        return ready


def _state(one: Found) -> _State | None:
    if one.stream or one.special:
        return None
    try:
        status = one.path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt
