"""The page CAR publishes for an analytic: Markdown with front matter, tables, and a fence per implementation.

The form is that of CAR's scripts/analytic_template.md: the title carries the id, `#### Name (Splunk, Sysmon
native)` or, without a name, `#### Splunk, Sysmon native` opens an implementation.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from carhound.analytics.analytic import Analytic, Loaded
from carhound.analytics.document import Document
from carhound.analytics.implementations import Written, settle
from carhound.analytics.page_form import front_matter_end
from carhound.analytics.page_tables import attack, d3fend, data_model_references
from carhound.analytics.page_text import Fence, Section, sections
from carhound.analytics.yaml_tree import compose
from carhound.errors import CarhoundError, DocumentError
from carhound.model.diagnostics import Diagnostic, Span

_TITLE = re.compile(r"\s*(CAR-\d{4}-\d{2}-\d{3})\s*:\s*(.*)", re.DOTALL)
_NAMED = re.compile(r"(?P<name>.*\S)\s*\((?P<label>[^(),]+)(?:,(?P<model>[^()]*))?\)\s*")
_UNNAMED = re.compile(r"(?P<label>[^,]*)(?:,(?P<model>.*))?")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)

_Row = TypeVar("_Row")

_TOPICS: tuple[tuple[str, str], ...] = (
    ("att&ck", "attack"),
    ("d3fend", "d3fend"),
    ("data model reference", "data model"),
    ("implementation", "implementations"),
    ("unit test", "unit tests"),
)


class _Topic(Struct, frozen=True):
    """A chapter of the page: its own section, then those of the headings below it."""

    own: tuple[Section, ...] = ()
    below: tuple[Section, ...] = ()


def read(document: Document) -> Loaded:
    """The analytic on a page. Raises DocumentError where it has no implementations."""
    end = front_matter_end(document)
    analytic_id, title, remarks = _names(document, end)
    parts = sections(document, end)
    topics = _topics(parts[1:])
    written, problems = _implementations(document, topics["implementations"])
    if not written and not problems:
        raise document.error(
            "the page has no implementations",
            hint='a page has a heading "### Implementations" and a code fence under each heading below it',
        )
    implementations, label_remarks = settle(document, written)
    analytic = Analytic(
        id=analytic_id,
        title=title,
        source=document.source,
        description=_BREAK.sub("", parts[0].text).strip(),
        attack=_rows(topics["attack"], attack),
        d3fend=_rows(topics["d3fend"], d3fend),
        data_model_references=_rows(topics["data model"], data_model_references),
        implementations=implementations,
        unit_tests=tuple(test.text for test in (topics["unit tests"].below or topics["unit tests"].own)),
        diagnostics=(*remarks, *label_remarks),
        text=document.whole(),
    )
    return Loaded((analytic,) if implementations else (), tuple(problems))


def _names(document: Document, end: int) -> tuple[str, str, list[Diagnostic]]:
    front = replace(document, text=document.text[:end].rstrip().removesuffix("---"))
    root = compose(front)
    entries = (root.entries() if root is not None else None) or {}
    node = entries.get("title")
    written = (node.text() if node is not None else None) or ""
    if (match := _TITLE.fullmatch(written)) is not None and match[2].strip():
        return match[1], " ".join(match[2].split()), []
    stem = document.stem
    at = Span(0, 3) if node is None else node.span
    remarks = [
        Diagnostic(
            "DOC-I1",
            f'the document has no id; the name of its file is used: "{stem}"',
            "note",
            at,
            document.whole(),
            'start the title with the id: title: "CAR-2019-04-002: Generic Regsvr32"',
        )
    ]
    title = " ".join(written.split())
    if not title:
        title = stem
        remarks.append(
            Diagnostic(
                "DOC-T1",
                f'the document has no title; its id is used: "{title}"',
                "note",
                at,
                document.whole(),
                "add `title:` to the front matter",
            )
        )
    return stem, title, remarks


def _topics(parts: Sequence[Section]) -> dict[str, _Topic]:
    topics = {topic: _Topic() for _, topic in _TOPICS}
    current, level = None, 0
    for part in parts:
        heading = part.title.lower()
        topic = next((topic for start, topic in _TOPICS if heading.startswith(start)), None)
        if current is not None and part.level > level:
            topics[current] = replace(topics[current], below=(*topics[current].below, part))
        elif topic is not None:
            current, level = topic, part.level
            topics[topic] = replace(topics[topic], own=(*topics[topic].own, part))
        else:
            current = None
    return topics


def _rows(topic: _Topic, read_table: Callable[[Section], tuple[_Row, ...]]) -> tuple[_Row, ...]:
    return tuple(row for part in (*topic.own, *topic.below) for row in read_table(part))


def _implementations(document: Document, topic: _Topic) -> tuple[list[Written], list[CarhoundError]]:
    written: list[Written] = []
    problems: list[CarhoundError] = []
    # A fence straight under "Implementations" is one too, without a name or a language.
    parts = [*(part for part in topic.own if part.fences), *topic.below]
    position = 0
    for part in parts:
        if not part.fences:
            position += 1
            problems.append(
                document.error(
                    f'implementation {position}, "{part.title}", has no code',
                    at=part.span.start,
                    hint="write its text between two lines of ```",
                )
            )
        for fence in part.fences:
            position += 1
            broken = _fault(document, position, fence)
            if broken is not None:
                problems.append(broken)
            else:
                written.append(_written(position, part, fence, bare=part in topic.own))
    return written, problems


def _fault(document: Document, position: int, fence: Fence) -> DocumentError | None:
    if not fence.closed:
        return document.error(
            f"the code fence of implementation {position} is not closed",
            at=fence.start,
            hint="end it with a line of ```",
        )
    if not fence.code.text.strip():
        return document.error(
            f"implementation {position} has no code", at=fence.start, hint="write its text into the fence"
        )
    return None


def _written(position: int, part: Section, fence: Fence, *, bare: bool) -> Written:
    match = _NAMED.fullmatch(part.title) or _UNNAMED.fullmatch(part.title)
    found = {} if bare or match is None else match.groupdict()
    return Written(
        position=position,
        name=(found.get("name") or "").strip() or None,
        label=(found.get("label") or "").strip() or None,
        description=part.text_before(fence),
        data_model=(found.get("model") or "").strip() or None,
        code=fence.code,
        at=part.span,
    )
