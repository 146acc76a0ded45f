"""Where output goes: a file, written whole or not at all, or the stream the shell gave us."""

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from carhound.errors import UsageError

_SIGNS = str.maketrans({"→": "->", "…": "...", "–": "-", "\ufffd": "?"})
"""Our own characters in words that every encoding has."""


def check_target(path: Path) -> None:
    """Raises UsageError where `write_file` could not write, before hours go into what is to be written."""
    try:
        target = path.resolve()
        if target.is_dir():
            raise UsageError(f"cannot write to {path}: it is a folder", hint="name a file in it")
        if not target.parent.is_dir():
            raise UsageError(
                f"cannot write to {path}: there is no folder {target.parent}", hint="make the folder first"
            )
        if not os.access(target if _special(target) else target.parent, os.W_OK):
            raise UsageError(
                f"cannot write to {path}: no permission",
                hint="choose another folder or mend its permissions",
            )
    except OSError as error:
        raise _cannot_write(path, error) from error


def write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Writes all chunks, or leaves whatever stood at `path` as it was and raises UsageError."""
    with replaced(path) as stream:
        stream.writelines(chunks)


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content takes the place of the file at `path` when the block ends without an error.

    With one, whatever stood there stays. Raises UsageError where it cannot be written.
    """
    target = path.resolve()
    try:
        if _special(target):
            with target.open("wb") as device:
                yield device
            return
        beside = target.with_name(f".{target.name[:100]}.{os.urandom(6).hex()}.part")
        try:
            with beside.open("x+b") as stream:
                if target.exists():
                    # Whoever narrowed the permissions of the old file meant its contents.
                    beside.chmod(stat.S_IMODE(target.stat().st_mode))
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        check_target(path)
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot write to {path}: {error.strerror or error}", hint="nothing was written; choose another file"
    )


def write_stdout(chunks: Iterable[bytes], *, for_people: bool) -> None:
    """Writes to standard output and flushes it.

    Machine formats are always UTF-8; a page for people is put into the encoding the terminal or pipe has.
    Raises BrokenPipeError where the reader has gone, UsageError where the stream takes no more.
    """
    stream: TextIO | None = sys.stdout
    if stream is None:
        raise UsageError("standard output is closed", hint="write to a file with --output FILE")
    try:
        _write(stream, chunks, for_people=for_people)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(
            f"cannot write to standard output: {error.strerror or error}", hint="the output is not complete"
        ) from error


def _write(stream: TextIO, chunks: Iterable[bytes], *, for_people: bool) -> None:
    encoding = (stream.encoding or "utf-8").lower().replace("-", "")
    if not for_people or encoding == "utf8":
        _write_bytes(stream, chunks)
        return
    for chunk in chunks:
        text = chunk.decode("utf-8").translate(_SIGNS)
        _write_bytes(stream, [text.encode(encoding, "backslashreplace")])


def _write_bytes(stream: TextIO, chunks: Iterable[bytes]) -> None:
    stream.flush()
    for chunk in chunks:
        stream.buffer.write(chunk)
    stream.buffer.flush()


def _special(target: Path) -> bool:
    """Whether something stands there that must not be replaced by a file: /dev/null, a pipe."""
    return target.exists() and not target.is_file()
