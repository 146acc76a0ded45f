"""How a CAR page is told from any other text, without parsing it."""

import re

from carhound.analytics.document import Document

_FRONT_MATTER = r"(?s)\A---[ \t]*\n(.*?\n)??---[ \t]*(?:\n|\Z)"
_IMPLEMENTATIONS = r"(?mi)^#{1,6}[ \t]+Implementations[ \t]*#*[ \t]*$"
_LAYOUT = r"(?m)^layout:[ \t]*[\"']?analytic[\"']?[ \t]*$"


def front_matter_end(document: Document) -> int:
    """Offset of the first character after the front matter; 0 where there is none."""
    front = re.match(_FRONT_MATTER, document.text) if document.text.startswith("---") else None
    return 0 if front is None else front.end()


def is_page(document: Document) -> bool:
    """Whether the text is a CAR page: front matter with its layout, or before a heading "Implementations"."""
    end = front_matter_end(document)
    if not end:
        return False
    return (
        re.compile(_LAYOUT).search(document.text, 0, end) is not None
        or re.compile(_IMPLEMENTATIONS).search(document.text, end) is not None
    )
