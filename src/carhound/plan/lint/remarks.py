"""The same remark at several places of a text is made once."""

from collections.abc import Iterable

from msgspec.structs import replace

from carhound.model.diagnostics import Diagnostic


def gathered(remarks: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Each remark at its first place, with the number of places; in the order of the text."""
    places: dict[tuple[str, str], list[Diagnostic]] = {}
    for remark in remarks:
        places.setdefault((remark.code, remark.message), []).append(remark)
    found = []
    for same in places.values():
        first = min(same, key=_start)
        many = len({one.span for one in same})
        found.append(replace(first, message=f"{first.message} (in {many} places)") if many > 1 else first)
    return sorted(found, key=_start)


def _start(remark: Diagnostic) -> tuple[int, str]:
    return (remark.span.start if remark.span is not None else 0, remark.code)
