"""Which value of a payload each field is, as its template says."""

from collections.abc import Mapping

from carhound.readers.evtx.alike import Alike
from carhound.readers.evtx.templates import Named, UnfamiliarError, fields_of
from carhound.readers.evtx.values import MOST_VALUES


def _read(chunk: bytes, at: int) -> tuple[Mapping[str, int], list[Named]]:
    fields, named = fields_of(chunk, at)
    if len(fields) > MOST_VALUES:
        raise UnfamiliarError
    return fields, named


fields_at = Alike(_read)
"""By name of a field, the number of its value, as a template of an EventData says.

Raises UnfamiliarError.
"""
