"""Alerts as JSON lines: into a file, each exactly once, or to standard output."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from carhound.alerts.delivery import Taken
from carhound.alerts.ledger import Message
from carhound.errors import DeliveryError, UsageError
from carhound.outputs.write import write_stdout

NAME = "lines"
"""Of both: what waited for a file goes to standard output where that is asked for next, and back."""


class JsonLinesFile(Struct, frozen=True):
    """A file that lines are added to.

    A run may end between writing and saying so. Then its lines stand at the end of the file, and the next run
    adds what is missing only.
    """

    path: Path
    name: str = NAME

    def deliver(self, messages: Sequence[Message]) -> Iterator[Taken]:
        """Adds all messages, and answers when they are on the disk."""
        try:
            made = not self.path.exists()
            with self.path.open("a+b") as file:
                file.write(_missing(_tail(file, messages), messages))
                file.flush()
                os.fsync(file.fileno())
            if made:
                _keep_name(self.path)
        except OSError as error:
            raise DeliveryError(
                f"cannot add to {self.path}: {error.strerror or error}",
                hint="the alerts wait in the ledger; mend the path, and the next run adds them",
            ) from error
        yield Taken(tuple(message.alert for message in messages))


class StandardOutput(Struct, frozen=True):
    """Standard output. A run that ends between writing and saying so writes the alert once more."""

    name: str = NAME

    def deliver(self, messages: Sequence[Message]) -> Iterator[Taken]:
        """Writes and flushes one message after the other."""
        for message in messages:
            try:
                write_stdout([message.body], for_people=False)
            except BrokenPipeError as error:
                raise DeliveryError(
                    "nobody reads standard output any more",
                    hint="the alerts that were not read wait in the ledger",
                ) from error
            except UsageError as error:
                raise DeliveryError(error.message, hint="the alerts wait in the ledger") from error
            yield Taken((message.alert,))


def _keep_name(path: Path) -> None:
    """A new file has its name on the disk only once its folder is written; Windows sees to that itself."""
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _tail(file: BinaryIO, messages: Sequence[Message]) -> bytes:
    """As much of the end of the file as the messages can have written, from the start of a line on."""
    size = file.seek(0, os.SEEK_END)
    longest = sum(len(message.body) for message in messages)
    start = max(0, size - longest - 1)
    file.seek(start)
    tail = file.read()
    return tail if start == 0 or b"\n" not in tail else tail.partition(b"\n")[2]


def _missing(tail: bytes, messages: Sequence[Message]) -> bytes:
    """What must be added behind `tail` so that every message stands in the file once."""
    *lines, begun = tail.split(b"\n")
    there = {line + b"\n" for line in lines}
    missing = [message.body for message in messages if message.body not in there]
    if not begun:
        return b"".join(missing)
    # A line without an end: the rest of one of ours, or somebody else's, which is left as it is.
    if missing and missing[0].startswith(begun):
        return b"".join(missing)[len(begun) :]
    return b"\n" + b"".join(missing)
