"""A plan that no longer says where in a text it was read: for a part that came from another text."""

from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from carhound.model.diagnostics import Span

_T = TypeVar("_T")


def without_spans(part: _T) -> _T:
    """The same plan, node or condition with every span taken out."""
    if isinstance(part, tuple):
        return type(part)(map(without_spans, part))
    if not is_dataclass(part) or isinstance(part, type):
        return part
    changed = {}
    for one in fields(part):
        value = getattr(part, one.name)
        changed[one.name] = None if isinstance(value, Span) else without_spans(value)
    return replace(part, **changed)
