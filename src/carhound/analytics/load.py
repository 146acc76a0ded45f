"""From what a person names with `-a` to analytics: a file, a folder of them, the id of a bundled one."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from carhound.analytics import car_yaml
from carhound.analytics.analytic import Loaded
from carhound.analytics.document import Document, NotAnalyticError, decode, read_document
from carhound.analytics.page_form import is_page
from carhound.analytics.yaml_tree import compose
from carhound.errors import CarhoundError, DocumentError, UsageError
from carhound.model.folding import fold

ENDINGS = (".yaml", ".yml", ".md", ".spl", ".conf")
"""The endings of the files of a folder that are looked into."""

SUITE_ENDINGS = (".tests.yaml", ".tests.yml")
"""The endings of test files, which go with an analytic and are passed by without a word."""

FOLDER = Path(__file__).parent
"""Holds the documents that come with carhound; a path, since importlib.resources costs a start 10 ms."""

PACKAGED = "carhound/analytics"
"""Where the documents that come with carhound lie, in messages and results: the same on every machine."""

PUBLISHED = "bundled"
"""The folder of the published analytics that come with carhound."""

COMPANIONS = "companions"
"""The folder of hunts of our own beside them, and the name that stands for all of these."""


def load(ref: str) -> Loaded:
    """The analytics that `ref` names; a path that exists comes before the id of a bundled one, and before
    "companions", which stands for all companion hunts.

    A folder is walked in the order of its names, hidden folders left out. A document that cannot be read is
    among the problems, beside whatever could be read. Raises UsageError where `ref` names nothing, or a
    folder without a single document.
    """
    if ref and os.path.isdir(ref):
        return _load_folder(ref)
    if ref and os.path.exists(ref):
        try:
            return read(read_document(Path(ref), ref))
        except DocumentError as problem:
            return Loaded(problems=(problem,))
    if fold(ref) == COMPANIONS:
        return Loaded(tuple(one for name in companions() for one in read(bundled_document(name)).analytics))
    for analytic_id in packaged():
        if fold(analytic_id) == fold(ref):
            return read(bundled_document(analytic_id))
    raise _nothing_called(ref)


def read(document: Document) -> Loaded:
    """The analytic in a document; its form is told from the content, and `.spl` only where that is silent.

    Raises DocumentError.
    """
    if is_page(document):
        from carhound.analytics import car_page  # with its Markdown parser 60 ms, and only pages need it

        return car_page.read(document)
    if document.suffix in (".yaml", ".yml"):
        return _read_yaml(document)
    if _has_implementations(document):
        return car_yaml.read(document)
    if document.suffix == ".spl":
        from carhound.analytics import spl_text

        return spl_text.read(document)
    if document.suffix == ".conf":
        from carhound.analytics import saved_searches

        return saved_searches.read(document)
    raise NotAnalyticError(
        f"{document.path}: is no analytic document",
        hint="an analytic is a CAR YAML file, a CAR page in Markdown (front matter and a heading "
        '"### Implementations"), one search in a file that ends in .spl, or savedsearches.conf',
    )


def _read_yaml(document: Document) -> Loaded:
    try:
        return car_yaml.read(document)
    except NotAnalyticError as problem:
        from carhound.analytics import detection_yaml

        detection = detection_yaml.read(document)
        if detection is None:
            raise problem from None
        return detection


@cache
def bundled() -> tuple[str, ...]:
    """The ids of the published analytics that come with carhound, in order."""
    return _ids(PUBLISHED)


@cache
def companions() -> tuple[str, ...]:
    """The ids of the companion hunts, which go beyond what is published, in order."""
    return _ids(COMPANIONS)


def packaged() -> tuple[str, ...]:
    """The ids of all analytics that come with carhound."""
    return (*bundled(), *companions())


def bundled_document(name: str) -> Document:
    """The file `<name>.yaml` that comes with carhound. Raises FileNotFoundError where there is none."""
    folder = COMPANIONS if name in companions() else PUBLISHED
    data = (FOLDER / folder / f"{name}.yaml").read_bytes()
    return decode(data, f"{PACKAGED}/{folder}/{name}.yaml")


def _ids(folder: str) -> tuple[str, ...]:
    names = (entry.name for entry in (FOLDER / folder).iterdir())
    return tuple(
        sorted(
            name.removesuffix(".yaml")
            for name in names
            if name.endswith(".yaml") and not name.endswith((".notes.yaml", *SUITE_ENDINGS))
        )
    )


def _has_implementations(document: Document) -> bool:
    try:
        root = compose(document)
    except DocumentError:
        return False
    return root is not None and "implementations" in (root.entries() or {})


def _load_folder(ref: str) -> Loaded:
    unreadable: list[OSError] = []
    found = Loaded()
    for path in _walk(ref, unreadable):
        try:
            if not path.lower().endswith(ENDINGS):
                raise NotAnalyticError(path)
            one = read(read_document(Path(path), path))
        except NotAnalyticError:
            one = Loaded(passed_over=(path,))
        except CarhoundError as problem:
            one = Loaded(problems=(problem,))
        found = Loaded(
            found.analytics + one.analytics,
            found.problems + one.problems,
            found.passed_over + one.passed_over,
        )
    problems = tuple(
        DocumentError(f"{one.filename}: cannot be read: {one.strerror}", hint="check its permissions")
        for one in unreadable
    )
    found = replace(found, problems=found.problems + problems)
    if not found.analytics and not found.problems:
        raise UsageError(
            f"the folder {ref!r} holds no analytic document",
            hint=f"analytics are looked for in files that end in {', '.join(ENDINGS)}",
        )
    return found


def _walk(folder: str, unreadable: list[OSError]) -> Iterator[str]:
    """The files below a folder, those of a folder before those of the folders in it."""
    for where, folders, files in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.lower().endswith(SUITE_ENDINGS):
                yield os.path.join(where, name)


def _nothing_called(ref: str) -> UsageError:
    from difflib import get_close_matches  # costs 10 ms, and only a mistake needs it

    ids = packaged()
    near = get_close_matches(ref.upper(), ids, n=3, cutoff=0.8)
    if near:
        hint = f"did you mean {' or '.join(near)}"
    else:
        hint = f"give a file, a folder, or a bundled id: {', '.join(ids)}"
    return UsageError(f"no file, folder or bundled analytic is called {ref!r}", hint=hint)
