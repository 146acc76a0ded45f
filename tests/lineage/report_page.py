"""A page of HTML as elements, to ask what stands where."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"meta", "link", "br", "input", "img", "hr"})
_INLINE = frozenset({"span", "code", "b", "strong", "a", "time"})


@dataclass
class Element:
    """An element; its `inside` holds elements and texts in order."""

    tag: str
    given: dict[str, str | None]
    inside: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text below it, blanks as one."""
        return " ".join("".join(self._texts()).split())

    @property
    def own_text(self) -> str:
        """Its text without that of the elements in it."""
        return " ".join("".join(one for one in self.inside if isinstance(one, str)).split())

    def all(self, tag: str, kind: str | None = None) -> list["Element"]:
        """The elements below it of this tag and class."""
        return [
            one
            for one in self._elements()
            if one.tag == tag and (kind is None or kind in (one.given.get("class") or "").split())
        ]

    def at(self, name: str) -> "Element":
        """The one element below it with this id."""
        (found,) = [one for one in self._elements() if one.given.get("id") == name]
        return found

    def _elements(self) -> Iterator["Element"]:
        for one in self.inside:
            if isinstance(one, Element):
                yield one
                yield from one._elements()

    def _texts(self) -> Iterator[str]:
        for one in self.inside:
            if isinstance(one, str):
                yield one
            else:
                yield from one._texts()
                if one.tag not in _INLINE:
                    yield " "


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in _VOID:
            last = self.open[-1].inside[-1]
            assert isinstance(last, Element)
            self.open.append(last)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read_page(written: str) -> Element:
    """The page, whose elements must all be closed."""
    reader = _Reader()
    reader.feed(written)
    reader.close()
    (page,) = reader.open
    return page
