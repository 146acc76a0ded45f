"""CAR's own YAML: one analytic per file, keys as in CAR's scripts/analytic_schema.yaml.

Keys the schema does not know are left alone. Where a value has another shape than the schema gives it, a
remark says that it was left out; an implementation that cannot be used is a problem of its own and does
not cost the others.
"""

from msgspec import Struct, field

from carhound.analytics.analytic import Analytic, AttackMapping, D3fendMapping, Loaded
from carhound.analytics.document import Document, NotAnalyticError
from carhound.analytics.implementations import Written, settle
from carhound.analytics.yaml_tree import Node, compose
from carhound.errors import CarhoundError
from carhound.model.diagnostics import Diagnostic, Severity, Span

_TELLING = frozenset(
    {"implementations", "implementation", "analytic_types", "coverage", "data_model_references", "unit_tests"}
)
"""Keys by which a mapping shows that it means to be an analytic."""


class _Reading(Struct, frozen=True):
    """What was noticed on the way through one document."""

    document: Document
    diagnostics: list[Diagnostic] = field(default_factory=list)
    problems: list[CarhoundError] = field(default_factory=list)

    def remark(self, code: str, message: str, at: Span, hint: str, severity: Severity = "warning") -> None:
        self.diagnostics.append(Diagnostic(code, message, severity, at, self.document.whole(), hint))

    def misshapen(self, node: Node, key: str, wanted: str) -> None:
        self.remark("DOC-S1", f"`{key}` is left out: it is not {wanted}", node.span, "see CAR's schema")

    def entries(self, node: Node) -> dict[str, Node] | None:
        seen: set[str] = set()
        for key, _ in node.pairs():
            name = key.text()
            if name in seen:
                self.remark(
                    "DOC-K1", f"`{name}` stands twice; the last one is read", key.span, "take one of them out"
                )
            elif name is not None:
                seen.add(name)
        return node.entries()

    def items(self, entries: dict[str, Node], key: str) -> list[Node]:
        node = entries.get(key)
        if node is None or node.null:
            return []
        items = node.items()
        if items is None:
            self.misshapen(node, key, "a list")
        return items or []

    def mappings(self, entries: dict[str, Node], key: str) -> list[tuple[Node, dict[str, Node]]]:
        found = []
        for node in self.items(entries, key):
            inner = self.entries(node)
            if inner is None:
                self.misshapen(node, key, "a list of mappings")
            else:
                found.append((node, inner))
        return found

    def text(self, entries: dict[str, Node], key: str) -> str:
        node = entries.get(key)
        if node is None or node.null:
            return ""
        value = node.text()
        if value is None:
            self.misshapen(node, key, "text")
        return (value or "").strip()

    def line(self, entries: dict[str, Node], key: str) -> str:
        return " ".join(self.text(entries, key).split())

    def texts(self, entries: dict[str, Node], key: str) -> tuple[str, ...]:
        found = []
        for node in self.items(entries, key):
            value = node.text()
            if value is None:
                self.misshapen(node, key, "a list of texts")
            else:
                found.append(value.strip())
        return tuple(found)


def read(document: Document) -> Loaded:
    """The analytic in a YAML document.

    Raises NotAnalyticError for what is no mapping of CAR's keys, and DocumentError for what cannot be read
    as YAML or has no implementations.
    """
    root = compose(document)
    reading = _Reading(document)
    entries = None if root is None else reading.entries(root)
    if root is None or entries is None:
        raise NotAnalyticError(
            f"{document.path}:1:1: is no mapping of CAR's keys (title, id, implementations, …)",
            hint="write an analytic as keys such as `title:`, as CAR's scripts/analytic_schema.yaml has them",
        )
    if not _TELLING & entries.keys():
        raise NotAnalyticError(
            f"{document.path}:1:1: has none of the keys of a CAR analytic", hint="it needs `implementations:`"
        )
    written = _implementations(reading, entries)
    if not written and not reading.problems:
        at = entries["implementations"].span.start if "implementations" in entries else root.span.start
        raise document.error(
            "the analytic has no implementations", at=at, hint="add one under `implementations:`"
        )
    implementations, remarks = settle(document, written)
    analytic_id, title = _names(reading, root, entries)
    analytic = Analytic(
        id=analytic_id,
        title=title,
        source=document.source,
        description=reading.text(entries, "description"),
        attack=_attack(reading, entries),
        d3fend=_d3fend(reading, entries),
        data_model_references=reading.texts(entries, "data_model_references"),
        implementations=implementations,
        unit_tests=_unit_tests(reading, entries),
        subtypes=reading.texts(entries, "subtypes"),
        diagnostics=(*reading.diagnostics, *remarks),
        text=document.whole(),
    )
    return Loaded((analytic,) if implementations else (), tuple(reading.problems))


def _names(reading: _Reading, root: Node, entries: dict[str, Node]) -> tuple[str, str]:
    start = Span(root.span.start, root.span.start + 1)
    analytic_id = reading.line(entries, "id")
    if not analytic_id:
        analytic_id = reading.document.stem
        reading.remark(
            "DOC-I1",
            f'the document has no id; the name of its file is used: "{analytic_id}"',
            start,
            "add `id:`",
            "note",
        )
    title = reading.line(entries, "title")
    if not title:
        title = analytic_id
        reading.remark(
            "DOC-T1", f'the document has no title; its id is used: "{title}"', start, "add `title:`", "note"
        )
    return analytic_id, title


def _implementations(reading: _Reading, entries: dict[str, Node]) -> list[Written]:
    written = []
    for position, node in enumerate(reading.items(entries, "implementations"), 1):
        inner = reading.entries(node)
        code = None if inner is None else inner.get("code")
        if inner is None or code is None or not (code.text() or "").strip():
            problem = "is no mapping" if inner is None else "has no code"
            reading.problems.append(
                reading.document.error(
                    f"implementation {position} {problem}",
                    at=(code or node).span.start,
                    hint="write its text under `code: |`",
                )
            )
            continue
        label, name = inner.get("type"), inner.get("name")
        written.append(
            Written(
                position=position,
                name=reading.line(inner, "name") or None,
                label=reading.line(inner, "type") or None,
                description=reading.text(inner, "description"),
                data_model=reading.line(inner, "data_model") or None,
                code=code.source(),
                at=(label or name or node).span,
            )
        )
    return written


def _attack(reading: _Reading, entries: dict[str, Node]) -> tuple[AttackMapping, ...]:
    return tuple(
        AttackMapping(
            technique=reading.line(inner, "technique"),
            subtechniques=reading.texts(inner, "subtechniques"),
            tactics=reading.texts(inner, "tactics"),
            coverage=reading.line(inner, "coverage"),
        )
        for _, inner in reading.mappings(entries, "coverage")
    )


def _d3fend(reading: _Reading, entries: dict[str, Node]) -> tuple[D3fendMapping, ...]:
    return tuple(
        D3fendMapping(reading.line(inner, "id"), reading.line(inner, "label"), reading.line(inner, "iri"))
        for _, inner in reading.mappings(entries, "d3fend_mappings")
    )


def _unit_tests(reading: _Reading, entries: dict[str, Node]) -> tuple[str, ...]:
    """Each test as one text: what it is for, then its commands, one per line."""
    tests = []
    for node in reading.items(entries, "unit_tests"):
        inner = reading.entries(node)
        plain = node.text()
        if inner is not None:
            parts = [reading.text(inner, "description"), *reading.texts(inner, "commands")]
            tests.append("\n".join(part for part in parts if part))
        elif plain is not None:
            tests.append(plain.strip())
        else:
            reading.misshapen(node, "unit_tests", "a list of mappings")
    return tuple(tests)
