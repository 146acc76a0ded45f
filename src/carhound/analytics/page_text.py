"""A page cut at its headings, with the text, tables and code fences of each part."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from carhound.analytics.document import Document
from carhound.model.diagnostics import Source, Span

if TYPE_CHECKING:
    from markdown_it.token import Token


class Link(Struct, frozen=True):
    """A link in a table."""

    text: str
    target: str


class Cell(Struct, frozen=True):
    """A cell of a table."""

    text: str
    links: tuple[Link, ...]


class Fence(Struct, frozen=True):
    """A block of code."""

    code: Source
    start: int
    """Offset in the document of the line that opens it."""
    line: int
    """From 0, of that line."""
    closed: bool


class Section(Struct, frozen=True):
    """A heading and what stands under it, up to the next heading of any level."""

    level: int
    """1 to 6; 0 for what stands before the first heading."""
    title: str
    span: Span
    """Of the heading's line."""
    lines: tuple[str, ...]
    first_line: int
    """From 0, of the first line under the heading."""
    rows: tuple[tuple[Cell, ...], ...]
    """The rows of its tables, without the heads."""
    fences: tuple[Fence, ...]

    @property
    def text(self) -> str:
        """The Markdown under the heading."""
        return "\n".join(self.lines).strip()

    def text_before(self, fence: Fence) -> str:
        """The Markdown between the heading, or the fence before, and this fence."""
        start = max(
            (
                other.line + other.code.text.count("\n") + 2
                for other in self.fences
                if other.line < fence.line
            ),
            default=self.first_line,
        )
        return "\n".join(self.lines[start - self.first_line : fence.line - self.first_line]).strip()


def sections(document: Document, start: int) -> list[Section]:
    """The parts of the Markdown from the offset `start` on; the first is what stands before any heading."""
    from markdown_it import MarkdownIt  # costs 60 ms, and only pages need it

    skipped = document.text.count("\n", 0, start)
    text = "\n" * skipped + document.text[start:]
    lines = text.split("\n")
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    heads = [
        (at, token.map[0], token.map[1])
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.map is not None and token.level == 0
    ]
    parts = [
        _section(document, lines, tokens[: heads[0][0] if heads else None], 0, "", (skipped, skipped), heads)
    ]
    for number, (at, head, under) in enumerate(heads):
        following = heads[number + 1 :]
        inner = tokens[at : following[0][0] if following else None]
        title = " ".join(inner[1].content.split())
        parts.append(
            _section(document, lines, inner[3:], int(inner[0].tag[1:]), title, (head, under), following)
        )
    return parts


def _section(
    document: Document,
    lines: list[str],
    tokens: "list[Token]",
    level: int,
    title: str,
    head: tuple[int, int],
    following: list[tuple[int, int, int]],
) -> Section:
    first, under = head
    end = following[0][1] if following else len(lines)
    offset = _offset(document, first)
    return Section(
        level=level,
        title=title,
        span=Span(offset, offset + max(1, len(lines[first]) if first < len(lines) else 1)),
        lines=tuple(lines[under:end]),
        first_line=under,
        rows=tuple(_rows(tokens)),
        fences=tuple(_fences(document, lines, tokens)),
    )


def _offset(document: Document, line: int) -> int:
    """Offset in the document of the start of a line (from 0)."""
    at = 0
    for _ in range(line):
        at = document.text.find("\n", at) + 1
    return at


def _fences(document: Document, lines: list[str], tokens: "list[Token]") -> Iterator[Fence]:
    for token in tokens:
        if token.type == "fence" and token.map is not None:
            first, end = token.map
            # An indented closing line is allowed, and inside a quotation it has a mark before it.
            closing = lines[end - 1].strip(" \t>") if end - 1 > first else ""
            closed = len(closing) >= len(token.markup) and not closing.strip(token.markup[0])
            code = Source(
                token.content, document.path, first + 2, _indent(token.content, lines[first + 1 : end])
            )
            yield Fence(code, _offset(document, first), first, closed)


def _indent(content: str, written: list[str]) -> int:
    for shown, line in zip(content.split("\n"), written, strict=False):
        if shown.strip() and line.endswith(shown):
            return len(line) - len(shown)
    return 0


def _rows(tokens: "list[Token]") -> Iterator[tuple[Cell, ...]]:
    row: list[Cell] = []
    body = False
    for number, token in enumerate(tokens):
        match token.type:
            case "tbody_open":
                body = True
            case "tbody_close":
                body = False
            case "tr_open":
                row = []
            case "td_open" if body:
                row.append(_cell(tokens[number + 1].children or []))
            case "tr_close" if body:
                yield tuple(row)


def _cell(children: "list[Token]") -> Cell:
    texts: list[str] = []
    links: list[Link] = []
    start, target = 0, ""
    for child in children:
        if child.type in ("text", "code_inline"):
            texts.append(child.content)
        elif child.type == "link_open":
            start, target = len(texts), str(child.attrGet("href") or "")
        elif child.type == "link_close":
            links.append(Link("".join(texts[start:]).strip(), target))
    return Cell("".join(texts).strip(), tuple(links))
