"""Suppressions files: read, checked, and put to a run. docs/reference/suppressions.md describes the form."""

import re
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

from msgspec.structs import replace

from carhound.analytics.document import Document, read_document
from carhound.analytics.yaml_tree import Node, compose
from carhound.errors import DocumentError
from carhound.findings.run import Run, Suppressed
from carhound.findings.suppressions import OWN_NAMES, Suppression, Suppressions
from carhound.model.car import FIELDS
from carhound.model.event import HEADER
from carhound.model.folding import fold
from carhound.model.suggestion import nearest
from carhound.pipeline.sight.native_names import NATIVE_NAMES

_KEYS = ("match", "reason", "owner", "expires")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_HOW_TO = "docs/reference/suppressions.md shows the form"
KNOWN_NAMES = frozenset((*chain.from_iterable(FIELDS.values()), *NATIVE_NAMES, *HEADER, *OWN_NAMES))
"""The names of fields that mean something to us; events may have others."""
_FOLDED = {fold(name): name for name in sorted(KNOWN_NAMES)}


def read_suppressions(path: str) -> Suppressions:
    """The entries of a file, expired ones too. Raises DocumentError."""
    return parse_suppressions(read_document(Path(path), path))


def read_valid_suppressions(path: str, now: datetime | None = None) -> Suppressions:
    """The entries of a file, all of which hold on the day of `now` (default: the clock).

    Raises DocumentError, which names every expired entry.
    """
    found = read_suppressions(path)
    today = (now or datetime.now(UTC)).astimezone(UTC).date()
    if expired := found.expired(today):
        raise DocumentError(
            "\n".join(
                f"{path}:{entry.line}: this entry expired on {entry.expires}: {entry.reason} ({entry.owner})"
                for entry in expired
            ),
            hint="look at what it hides: take the entry out, or give it a later expires",
        )
    return found


def suppressed(run: Run, suppressions: Suppressions) -> Run:
    """The run with the findings that an entry is about set apart."""
    judge = suppressions.judge()
    judged = [(finding, judge(finding)) for finding in run.findings]
    return replace(
        run,
        findings=tuple(finding for finding, entry in judged if entry is None),
        suppressed=tuple(Suppressed(finding, entry) for finding, entry in judged if entry is not None),
        suppressions=suppressions,
    )


def parse_suppressions(document: Document) -> Suppressions:
    """The entries of a document. Raises DocumentError."""
    root = compose(document)
    if root is None:
        return Suppressions(document.path)
    listed = _entries(root, ("suppressions",), "a suppressions file").get("suppressions")
    if listed is None:
        raise _error(root, "there is no list of suppressions", _HOW_TO)
    items = listed.items()
    if items is None and not listed.null:
        raise _error(listed, "suppressions is no list of entries", _HOW_TO)
    return Suppressions(document.path, tuple(map(_suppression, items or ())))


def _suppression(node: Node) -> Suppression:
    entries = _entries(node, _KEYS, "an entry")
    for key in _KEYS:
        if key not in entries:
            raise _error(node, f"the entry has no {key}", _MISSING[key])
    line, _ = node.document.whole().position(node.span.start)
    return Suppression(
        _match(entries["match"]),
        _line(entries["reason"], "reason"),
        _line(entries["owner"], "owner"),
        _day(entries["expires"]),
        line,
    )


_MISSING = {
    "match": "say which findings: match: {analytic: CAR-2019-04-002, Image: '*\\a.exe'}",
    "reason": "say why nobody needs to see these findings again",
    "owner": "say who answers for it",
    "expires": "write a day like 2027-01-31: an exception without an end outlives its reason, "
    "and the analytic with it",
}


def _match(node: Node) -> tuple[tuple[str, str], ...]:
    fields: dict[str, str] = {}
    if node.entries() is None:
        raise _error(node, "match is not written as fields and patterns", _MISSING["match"])
    for key, value in node.pairs():
        name = _line(key, "the name of a field")
        if name in fields:
            raise _error(key, f"{name} stands twice", "take one of the two out; * is a wildcard")
        if name not in KNOWN_NAMES and (meant := _FOLDED.get(fold(name))):
            raise _error(key, f"no field is called {name}: letter case counts in names", f"write {meant}")
        pattern = value.text()
        if not pattern:
            raise _error(value, f"the pattern of {name} is not a text", "write one, in single quotes")
        fields[name] = pattern
    if all(pattern.strip("*") == "" for pattern in fields.values()):
        raise _error(node, "match would hide every finding", "name the analytic, and what is harmless of it")
    return tuple(fields.items())


def _day(node: Node) -> date:
    text = node.text() or ""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _error(node, f"expires is no day: {text}", "write it like 2027-01-31")


def _entries(node: Node, known: tuple[str, ...], what: str) -> dict[str, Node]:
    entries = node.entries()
    if entries is None:
        raise _error(node, f"{what} is not written as names and values", _HOW_TO)
    seen: set[str] = set()
    for key, _ in node.pairs():
        name = key.text() or ""
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near}?" if near else f"there is {', '.join(known)}"
            raise _error(key, f"{what} has no part called {name}", hint)
        if name in seen:
            raise _error(key, f"{name} stands twice", "take one of the two out")
        seen.add(name)
    return entries


def _line(node: Node, what: str) -> str:
    text = " ".join((node.text() or "").split())
    if not text:
        raise _error(node, f"{what} is not a text", "write one, in quotes where it holds : or #")
    return text


def _error(node: Node, problem: str, hint: str) -> DocumentError:
    return node.document.error(problem, at=node.span.start, hint=hint)
