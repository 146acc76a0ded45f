"""A detection of Splunk's security content: YAML with one `search`."""

from carhound.analytics.analytic import Analytic, AttackMapping, Implementation, Loaded
from carhound.analytics.document import Document
from carhound.analytics.yaml_tree import Node, compose


def read(document: Document) -> Loaded | None:
    """The detection in a YAML document, None where it holds none. Raises DocumentError."""
    root = compose(document)
    entries = (root.entries() if root is not None else None) or {}
    search = entries.get("search")
    if search is None or not (search.text() or "").strip() or "name" not in entries:
        return None
    title = _line(entries, "name")
    tags = (entries["tags"].entries() or {}) if "tags" in entries else {}
    return Loaded(
        (
            Analytic(
                id=_line(entries, "id") or document.stem,
                title=title,
                source=document.source,
                description=_line(entries, "description"),
                attack=tuple(map(_attack, _texts(tags, "mitre_attack_id"))),
                d3fend=(),
                data_model_references=(),
                implementations=(Implementation(title, "spl", "spl", "", None, search.source()),),
                unit_tests=(),
                text=document.whole(),
            ),
        )
    )


def _attack(technique: str) -> AttackMapping:
    subtechniques = (technique,) if "." in technique else ()
    return AttackMapping(technique.partition(".")[0], subtechniques, (), "")


def _line(entries: dict[str, Node], key: str) -> str:
    return " ".join((entries[key].text() or "").split()) if key in entries else ""


def _texts(entries: dict[str, Node], key: str) -> list[str]:
    items = (entries[key].items() or []) if key in entries else []
    return [text.strip() for item in items if (text := item.text())]
