"""The files below the paths given on the command line, in an order that depends on their names alone."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

STANDARD_INPUT = "-"
_SEPARATORS = "/" if os.sep == "/" else "/\\"
_PIPES = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")
"""Where a shell puts the pipes of `<(command)`; any other pipe may have nobody at its other end."""


class Found(Struct, frozen=True):
    """A file, or what stands where one could be."""

    shown: str
    """The path as given, and below a folder the rest of it after slashes."""
    path: Path
    size: int
    explicit: bool
    """Whether it was named itself."""
    problem: str | None = None
    """Why it cannot be read, where that is so."""
    special: bool = False
    """Whether it is a device, pipe or socket, or a link to nowhere: nothing that holds evidence."""
    stream: bool = False
    """Whether it is standard input or a pipe, to be read once."""


def missing(paths: Iterable[str]) -> list[str]:
    """Those of the paths where nothing is, and patterns that nothing fits."""
    return [path for path in paths if path != STANDARD_INPUT and not _expanded(path)]


def walk(paths: Iterable[str]) -> Iterator[Found]:
    """Every file named or in a named folder; what does not exist is left to `missing`.

    A path that does not exist and holds `*`, `?` or `[` is taken for a pattern, since not every shell expands
    them; what fits it counts as named. Links to files are followed, links to folders only where they are
    named themselves: a link that leads back up would never end.
    """
    for given in paths:
        if given == STANDARD_INPUT:
            yield Found(given, Path(given), 0, True, stream=True)
            continue
        for path in _expanded(given):
            yield from _named(path)


def has_changed(found: Found) -> bool:
    """Whether a file that could be read is no longer there, or has another size."""
    return found.problem is None and _file(found.shown, found.path, found.explicit) != found


def _expanded(given: str) -> list[str]:
    """The path itself, or what the pattern fits; nothing that lies below a folder that it fits too."""
    if os.path.lexists(given):
        return [given]
    import glob  # only what does not exist may be a pattern

    if not glob.has_magic(given):
        return []
    found: list[str] = []
    folders: set[str] = set()
    for path in sorted(glob.glob(given, recursive=True)):
        if not any(parent in folders for parent in _above(path)):
            found.append(path)
            if os.path.isdir(path):
                folders.add(os.path.join(path, ""))
    return found


def _above(path: str) -> Iterator[str]:
    parent = os.path.dirname(path.rstrip(_SEPARATORS))
    while parent and parent != os.path.dirname(parent):
        yield os.path.join(parent, "")
        parent = os.path.dirname(parent)


def _named(given: str) -> Iterator[Found]:
    path = Path(given)
    try:
        mode = path.stat().st_mode
    except OSError as error:
        yield Found(given, path, 0, True, _reason(error))
        return
    if stat.S_ISDIR(mode):
        yield from _below(given.rstrip(_SEPARATORS) or given, path)
    elif stat.S_ISFIFO(mode) and given.startswith(_PIPES):
        yield Found(given, path, 0, True, stream=True)
    else:
        yield _file(given, path, True)


def _below(shown: str, folder: Path) -> Iterator[Found]:
    waiting: list[tuple[str, Path, bool]] = [(shown, folder, True)]
    while waiting:
        shown, path, is_folder = waiting.pop()
        if not is_folder:
            yield _file(shown, path, False)
            continue
        try:
            with os.scandir(path) as entries:
                found = sorted(entries, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            yield Found(shown, path, 0, False, _reason(error))
            continue
        prefix = shown if shown.endswith("/") else f"{shown}/"
        for entry in found:
            waiting.append((prefix + entry.name, Path(entry.path), entry.is_dir(follow_symlinks=False)))


def _file(shown: str, path: Path, explicit: bool) -> Found:
    try:
        status = path.stat()
    except FileNotFoundError:
        return Found(shown, path, 0, explicit, "a link to nowhere", special=True)
    except OSError as error:
        return Found(shown, path, 0, explicit, _reason(error))
    if stat.S_ISDIR(status.st_mode):
        return Found(shown, path, 0, explicit, "a link to a folder, which is not followed", special=True)
    if not stat.S_ISREG(status.st_mode):
        return Found(shown, path, 0, explicit, "a device, pipe or socket", special=True)
    return Found(shown, path, status.st_size, explicit)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
