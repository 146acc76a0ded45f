"""Where the test files of an analytic lie: beside its document, called after it."""

from pathlib import Path, PurePath

from msgspec import Struct

from carhound.analytics.analytic import Analytic
from carhound.analytics.document import Document, decode, read_document
from carhound.analytics.load import (
    ENDINGS,
    FOLDER,
    PACKAGED,
    SUITE_ENDINGS,
    bundled_document,
    load,
    packaged,
    read,
)
from carhound.analytics.yaml_tree import compose
from carhound.errors import CarhoundError, DocumentError, UsageError
from carhound.model.folding import fold


class SuiteFile(Struct, frozen=True):
    """A test file as text, and what paths in it are relative to."""

    document: Document
    folder: Path


def is_suite(path: str) -> bool:
    """Whether a file's name is that of a test file."""
    return path.lower().endswith(SUITE_ENDINGS)


def suites_beside(analytic: Analytic) -> list[SuiteFile]:
    """The test files of an analytic: `NAME.tests.yaml` and `NAME.ANYTHING.tests.yaml` in its folder.

    NAME is the name of the document without its ending, or the analytic's id. Raises DocumentError.
    """
    path = PurePath(analytic.source.path)
    names = (path.stem, analytic.id)
    if str(path.parent.parent) == PACKAGED:
        return _bundled(path.parent.name, names)
    folder = Path(path).parent
    try:
        found = sorted(
            one for one in folder.iterdir() if _belongs(one.name, names) and not _of_another(one, names)
        )
    except OSError as problem:
        raise DocumentError(f"{folder}: cannot be read: {problem.strerror or problem}") from problem
    return [SuiteFile(read_document(one, str(one)), folder) for one in found]


def analytic_of(ref: str) -> tuple[Analytic, SuiteFile]:
    """The test file at `ref` and the analytic it tests.

    That is what its key `analytic` names (a path beside it, or the id of a bundled one), else the document
    it is called after. Raises CarhoundError.
    """
    path = Path(ref)
    file = SuiteFile(read_document(path, ref), path.parent)
    named = _named_analytic(file)
    if named is not None:
        return named, file
    base = path.name[: -len(next(one for one in SUITE_ENDINGS if fold(path.name).endswith(one)))]
    while base:
        for ending in ENDINGS:
            if (beside := path.parent / (base + ending)).is_file():
                return _only(str(beside)), file
        if fold(base) in map(fold, packaged()):
            return _only(base), file
        base = base.rpartition(".")[0]
    raise UsageError(
        f"{ref}: no analytic of that name lies beside it",
        hint="say which it tests with a line `analytic: FILE` (or the id of a bundled one)",
    )


def _named_analytic(file: SuiteFile) -> Analytic | None:
    root = compose(file.document)
    node = (root.entries() or {}).get("analytic") if root is not None else None
    name = node.text() if node is not None else None
    if node is None or name is None:
        return None
    beside = file.folder / name
    if beside.is_file():
        return _only(str(beside))
    try:
        return _only(name)
    except UsageError as problem:
        raise file.document.error(problem.message, at=node.span.start, hint=problem.hint) from problem


def _only(ref: str) -> Analytic:
    loaded = load(ref) if Path(ref).exists() else read(_bundled_document(ref))
    if len(loaded.analytics) != 1:
        problem: CarhoundError = next(iter(loaded.problems), UsageError(f"{ref}: is no single analytic"))
        raise problem
    return loaded.analytics[0]


def _bundled_document(ref: str) -> Document:
    for known in packaged():
        if fold(known) == fold(ref):
            return bundled_document(known)
    raise UsageError(
        f"no file and no bundled analytic is called {ref!r}",
        hint=f"give a path relative to the test file, or one of: {', '.join(packaged())}",
    )


def _belongs(name: str, stems: tuple[str, ...]) -> bool:
    folded = fold(name)
    return is_suite(name) and any(folded.startswith(fold(stem) + ".") for stem in stems)


def _of_another(path: Path, stems: tuple[str, ...]) -> bool:
    """Whether a longer part of the file's name is that of a document of its own: a.b.yaml, beside a.yaml."""
    base = path.name.rpartition(".")[0].rpartition(".")[0]
    while base and fold(base) not in map(fold, stems):
        if any(path.with_name(base + ending).is_file() for ending in ENDINGS):
            return True
        base = base.rpartition(".")[0]
    return False


def _bundled(name: str, stems: tuple[str, ...]) -> list[SuiteFile]:
    folder = FOLDER / name
    return [
        SuiteFile(decode(entry.read_bytes(), f"{PACKAGED}/{name}/{entry.name}"), folder)
        for entry in sorted(folder.iterdir(), key=lambda one: one.name)
        if _belongs(entry.name, stems)
    ]
