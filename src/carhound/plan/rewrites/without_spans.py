"""A plan that no longer says where in a text it was read: for a part that came from another text."""

from typing import TypeVar

from msgspec import Struct
from msgspec.structs import asdict, replace

from carhound.model.diagnostics import Span

_T = TypeVar("_T")


def without_spans(part: _T) -> _T:
    """The same plan, node or condition with every span taken out."""
    if isinstance(part, tuple):
        return type(part)(map(without_spans, part))
    if not isinstance(part, Struct):
        return part
    changed = {}
    for name, value in asdict(part).items():
        changed[name] = None if isinstance(value, Span) else without_spans(value)
    return replace(part, **changed)
