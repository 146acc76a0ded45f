"""The three tables of a CAR page, read into the words CAR's YAML uses for the same things.

Ids of techniques and tactics stand only in the targets of links, so those decide, not the columns: pages of
2019 have no column for subtechniques.
"""

import re

from carhound.analytics.analytic import AttackMapping, D3fendMapping
from carhound.analytics.page_text import Section

_TECHNIQUE = re.compile(r"/techniques/(T\d{4})(?:/(\d{3}))?")
_TACTIC = re.compile(r"/tactics/(TA\d{4})")
_IRI = re.compile(r"/(d3f:[\w-]+)")


def attack(section: Section) -> tuple[AttackMapping, ...]:
    """The rows of "ATT&CK Detections"."""
    mappings: list[AttackMapping] = []
    for row in section.rows:
        techniques: dict[str, list[str]] = {}
        tactics: dict[str, None] = {}
        for link in (link for cell in row for link in cell.links):
            if (match := _TECHNIQUE.search(link.target)) is not None:
                subtechniques = techniques.setdefault(match[1], [])
                if match[2] is not None:
                    subtechniques.append(f"{match[1]}.{match[2]}")
            elif (match := _TACTIC.search(link.target)) is not None:
                tactics.setdefault(match[1])
        mappings.extend(
            AttackMapping(technique, tuple(subtechniques), tuple(tactics), row[-1].text)
            for technique, subtechniques in techniques.items()
        )
    return tuple(mappings)


def d3fend(section: Section) -> tuple[D3fendMapping, ...]:
    """The rows of "D3FEND Techniques"."""
    mappings = []
    for row in section.rows:
        link = next((link for cell in row for link in cell.links), None)
        if link is not None:
            iri = _IRI.search(link.target)
            mappings.append(D3fendMapping(row[0].text, link.text, iri[1] if iri is not None else ""))
    return tuple(mappings)


def data_model_references(section: Section) -> tuple[str, ...]:
    """The rows of "Data Model References", as "process/create/exe"."""
    return tuple(
        "/".join(cell.text for cell in row) for row in section.rows if any(cell.text for cell in row)
    )
