"""What a CAR document says, whatever form it came in: the value every reader of this package makes."""

import hashlib

from msgspec import Struct
from msgspec.structs import replace

from carhound.errors import CarhoundError
from carhound.model.diagnostics import Diagnostic, Source


class DocumentSource(Struct, frozen=True):
    """The file an analytic was read from."""

    path: str
    """As given; a bundled document has its path inside the package."""
    sha256: str
    """Of the bytes of the file, in hex."""


class AttackMapping(Struct, frozen=True):
    """One row of a document's ATT&CK coverage."""

    technique: str
    """Technique id, for example "T1218"."""
    subtechniques: tuple[str, ...]
    """Full ids, for example "T1218.010"."""
    tactics: tuple[str, ...]
    """Tactic ids, for example "TA0005"."""
    coverage: str
    """As written: "Low", "Moderate" or "High"."""


class D3fendMapping(Struct, frozen=True):
    """One D3FEND technique a document refers to."""

    id: str
    """For example "D3-PLA"."""
    label: str
    iri: str
    """For example "d3f:ProcessLineageAnalysis"."""


class Implementation(Struct, frozen=True):
    """One text of an analytic in one language."""

    name: str
    """Unique in its document; "implementation 2 (spl)" where the document gives none."""
    language: str
    """"spl", "pseudocode", or the document's own label for a language carhound does not run."""
    label: str
    """The language as the document writes it, for example "psuedocode"; empty where it says nothing."""
    description: str
    data_model: str | None
    code: Source
    """The text, and where it stands in the file."""


class Analytic(Struct, frozen=True):
    """One CAR analytic."""

    id: str
    title: str
    source: DocumentSource
    description: str
    attack: tuple[AttackMapping, ...]
    d3fend: tuple[D3fendMapping, ...]
    data_model_references: tuple[str, ...]
    """As the YAML writes them, "process/create/exe", from a page as well."""
    implementations: tuple[Implementation, ...]
    unit_tests: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    """What was noticed while reading the document (codes DOC-…)."""
    subtypes: tuple[str, ...] = ()
    """For example "Process"; from the YAML only."""
    text: Source | None = None
    """The whole document, for remarks that point into it; None for a file with one search."""


def of_searches(
    name: str,
    source: DocumentSource,
    searches: tuple[Implementation, ...],
    diagnostics: tuple[Diagnostic, ...] = (),
) -> Analytic:
    """The analytic of a document that holds searches and nothing about them."""
    return Analytic(name, name, source, "", (), (), (), searches, (), diagnostics)


def of_text(name: str, path: str, search: Implementation) -> Analytic:
    """The analytic of a search that came with a command, and not in a document."""
    digest = hashlib.sha256(search.code.text.encode("utf-8", "surrogatepass")).hexdigest()
    return replace(of_searches(name, DocumentSource(path, digest), (search,)), title=name.capitalize())


class Loaded(Struct, frozen=True):
    """What reading a document, or a folder of them, gave."""

    analytics: tuple[Analytic, ...] = ()
    problems: tuple[CarhoundError, ...] = ()
    """Documents, or implementations of a document, that should have been read and could not be."""
    passed_over: tuple[str, ...] = ()
    """Paths of files met in a folder that are no analytics."""
