"""What carhound knows about a published analytic, kept as data beside its id.

A note says how a text and its evident intent differ. It holds for the published text: of a document that
was edited, only what still reads as published is spoken of.
"""

import re
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from carhound.analytics import load
from carhound.analytics.analytic import Analytic, Implementation
from carhound.analytics.yaml_tree import Node, compose
from carhound.model.diagnostics import Diagnostic, Source
from carhound.model.folding import fold
from carhound.model.windows import TimeRange

PUBLISHED = "published"
"""The reading that runs the text as it stands."""

_TOKEN = re.compile(r'"[^"]*"|[|()\[\],"]|[^\s"|()\[\],]+')


class WindowCorrection(Struct, frozen=True):
    """A reading's change of one time range in the text of one implementation."""

    implementation: str
    was: TimeRange
    becomes: TimeRange
    reason: str


class Reading(Struct, frozen=True):
    """A named way to read an analytic other than as published."""

    name: str
    corrections: tuple[WindowCorrection, ...]


class Discrepancy(Struct, frozen=True):
    """A place where the text of an analytic and what it seems to mean differ."""

    code: str
    """The analytic's id and a number, for example "CAR-2019-04-002/D02"."""
    headline: bool
    """Whether it belongs beside the answer, not below it."""
    implementations: tuple[str, ...]
    """Names of the implementations it is about."""
    message: str
    """What the text does, what it seems to mean, what follows for the hunter."""
    probe: Source | None
    """A search in SPL that selects the events whose answer it changes in at least one of the
    implementations. Without a probe it is about the text itself and holds whatever the events are."""
    reading: str | None
    """The only reading in which it holds; None where it holds in every one."""

    def diagnostic(self, count: int | None = None) -> Diagnostic:
        """The remark to show with a result; `count` is the number of events the probe found."""
        return Diagnostic(self.code, self.message, "warning" if self.headline else "note", count=count)


class Notes(Struct, frozen=True):
    """All that is known about one analytic."""

    analytic: str
    readings: tuple[Reading, ...]
    discrepancies: tuple[Discrepancy, ...]

    def corrections(self, reading: str) -> tuple[WindowCorrection, ...]:
        """What the reading called `reading` changes; nothing for "published" and unknown names."""
        return tuple(
            correction for known in self.readings if known.name == reading for correction in known.corrections
        )


@cache
def notes_for(analytic_id: str) -> Notes | None:
    """The notes about an analytic, letter case of the id aside; None where there are none.

    Raises ValueError for notes that are not as they should be: a mistake in the package.
    """
    for known in load.bundled():
        if fold(known) == fold(analytic_id):
            return _read(known)
    return None


def notes_about(analytic: Analytic) -> Notes | None:
    """The notes that hold for this document: those about implementations whose text is as published.

    White space outside quotes may differ. None where nothing is known about the id.
    """
    notes = notes_for(analytic.id)
    if notes is None:
        return None
    published = _published(notes.analytic)
    same = {one.name for one in analytic.implementations if published.get(one.name) == _clauses(one)}
    return Notes(
        notes.analytic,
        tuple(
            Reading(reading.name, tuple(one for one in reading.corrections if one.implementation in same))
            for reading in notes.readings
        ),
        tuple(
            replace(one, implementations=tuple(name for name in one.implementations if name in same))
            for one in notes.discrepancies
            if same.intersection(one.implementations)
        ),
    )


@cache
def _published(analytic_id: str) -> dict[str, tuple[str, ...]]:
    (analytic,) = load.read(load.bundled_document(analytic_id)).analytics
    return {one.name: _clauses(one) for one in analytic.implementations}


def _clauses(implementation: Implementation) -> tuple[str, ...]:
    """The text without what white space can change, in SPL as in pseudocode."""
    return (implementation.language, *_TOKEN.findall(implementation.code.text))


def _read(analytic_id: str) -> Notes | None:
    try:
        document = load.bundled_document(f"{analytic_id}.notes")
    except FileNotFoundError:
        return None
    root = compose(document)
    if root is None:
        raise ValueError(f"{document.path} is empty")
    entries = _mapping(root, {"analytic", "readings", "discrepancies"})
    if _text(entries, "analytic") != analytic_id:
        raise _wrong(root, f"`analytic` is not {analytic_id}")
    known = _published(analytic_id)
    return Notes(
        analytic_id,
        tuple(
            Reading(_plain(key), tuple(_correction(one, known) for one in _list(value)))
            for key, value in entries["readings"].pairs()
        ),
        tuple(_discrepancy(one, analytic_id, known) for one in _list(entries["discrepancies"])),
    )


def _correction(node: Node, known: dict[str, tuple[str, ...]]) -> WindowCorrection:
    entries = _mapping(node, {"implementation", "was", "becomes", "reason"})
    name = _text(entries, "implementation")
    if name not in known:
        raise _wrong(node, f"no implementation is called {name!r}")
    ranges = []
    for key in ("was", "becomes"):
        times = _mapping(entries[key], {"earliest", "latest"})
        ranges.append(TimeRange(_text(times, "earliest"), _text(times, "latest")))
    return WindowCorrection(name, ranges[0], ranges[1], _text(entries, "reason"))


def _discrepancy(node: Node, analytic_id: str, known: dict[str, tuple[str, ...]]) -> Discrepancy:
    entries = _mapping(
        node, {"code", "implementations", "message"}, optional={"headline", "probe", "reading"}
    )
    code = _text(entries, "code")
    if re.fullmatch(rf"{re.escape(analytic_id)}/D\d\d", code) is None:
        raise _wrong(node, f"{code!r} is no code of {analytic_id}")
    names = tuple(_plain(one) for one in _list(entries["implementations"]))
    if not names or not known.keys() >= set(names):
        raise _wrong(node, f"the document has no implementations {names}")
    headline = _text(entries, "headline") if "headline" in entries else "false"
    if headline not in ("true", "false"):
        raise _wrong(node, "`headline` is neither true nor false")
    return Discrepancy(
        code=code,
        headline=headline == "true",
        implementations=names,
        message=" ".join(_text(entries, "message").split()),
        probe=entries["probe"].source() if "probe" in entries and _text(entries, "probe") else None,
        reading=_text(entries, "reading") if "reading" in entries else None,
    )


def _mapping(node: Node, keys: set[str], optional: set[str] | None = None) -> dict[str, Node]:
    entries = node.entries() or {}
    if not keys <= entries.keys() <= keys | (optional or set()):
        raise _wrong(node, f"the keys {sorted(keys)} are needed, not {sorted(entries)}")
    return entries


def _list(node: Node) -> list[Node]:
    items = node.items()
    if not items:
        raise _wrong(node, "a list is needed")
    return items


def _text(entries: dict[str, Node], key: str) -> str:
    return _plain(entries[key])


def _plain(node: Node) -> str:
    text = node.text()
    if text is None or not text.strip():
        raise _wrong(node, "text is needed")
    return text.strip()


def _wrong(node: Node, problem: str) -> ValueError:
    line, column = node.document.whole().position(node.span.start)
    return ValueError(f"{node.document.path}:{line}:{column}: {problem}")
