"""From what a document writes about an implementation to its language and its unique name."""

import re
from collections.abc import Iterable

from msgspec import Struct

from carhound.analytics.analytic import Implementation
from carhound.analytics.document import Document
from carhound.model.diagnostics import Diagnostic, Source, Span
from carhound.model.folding import fold

UNLABELLED = "unlabelled"
"""The language of an implementation whose document does not name one."""

# "psuedocode" stands in CAR-2019-04-003; CAR's schema leaves `type` to any text.
_LANGUAGES = {
    "spl": "spl",
    "splunk": "spl",
    "splunkspl": "spl",
    "pseudocode": "pseudocode",
    "pseudo": "pseudocode",
    "psuedocode": "pseudocode",
    "psuedo": "pseudocode",
    "psudocode": "pseudocode",
    "pseudcode": "pseudocode",
    "pseduocode": "pseudocode",
}
_MISSPELT = frozenset({"psuedocode", "psuedo", "psudocode", "pseudcode", "pseduocode"})
_SEPARATORS = re.compile(r"[\s_-]+")


class Written(Struct, frozen=True):
    """An implementation as its document has it."""

    position: int
    """From 1, among all implementations of the document."""
    name: str | None
    label: str | None
    description: str
    data_model: str | None
    code: Source
    at: Span
    """Where the document states name or language."""


def settle(
    document: Document, written: Iterable[Written]
) -> tuple[tuple[Implementation, ...], list[Diagnostic]]:
    """Gives every implementation its language and a name no other one has."""
    written = list(written)
    remarks = _label_remarks(document, written)
    taken: set[str] = set()
    settled = []
    for entry in written:
        label = entry.label or ""
        language = language_of(label)
        wanted = entry.name or f"implementation {entry.position} ({language})"
        name = _free(wanted, taken)
        taken.add(name)
        if name != wanted:
            remarks.append(
                Diagnostic(
                    "DOC-N1",
                    f'the name "{wanted}" is taken; this implementation is called "{name}"',
                    "note",
                    entry.at,
                    document.whole(),
                    "give every implementation a name of its own",
                )
            )
        settled.append(Implementation(name, language, label, entry.description, entry.data_model, entry.code))
    return tuple(settled), remarks


def language_of(label: str) -> str:
    """ "spl" and "pseudocode" for their spellings in any letter case; any other label as it is."""
    return _LANGUAGES.get(_plain(label), label.strip() or UNLABELLED)


def _plain(label: str) -> str:
    return _SEPARATORS.sub("", fold(label))


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name = f"{wanted} ({number})"
        number += 1
    return name


def _label_remarks(document: Document, written: list[Written]) -> list[Diagnostic]:
    remarks = []
    misspelt: dict[str, list[Written]] = {}
    for entry in written:
        if not entry.label:
            remarks.append(
                Diagnostic(
                    "DOC-L2",
                    f"implementation {entry.position} does not say what language it is in",
                    "warning",
                    entry.at,
                    document.whole(),
                    "name it: `type: splunk` or `type: pseudocode`; on a page `#### Name (Splunk, …)`",
                )
            )
        elif _plain(entry.label) in _MISSPELT:
            misspelt.setdefault(entry.label, []).append(entry)
    for label, entries in misspelt.items():
        many = "1 implementation" if len(entries) == 1 else f"{len(entries)} implementations"
        remarks.append(
            Diagnostic(
                "DOC-L1",
                f'the language label "{label}" ({many}) is read as "pseudocode"',
                "note",
                entries[0].at,
                document.whole(),
                'write "pseudocode"',
            )
        )
    return remarks
