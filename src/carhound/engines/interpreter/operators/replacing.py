"""`replace` and `strcat`: texts put in the place of others, and put together.

Splunk's Search Reference, pages of these names.
"""

from collections.abc import Iterable, Iterator

from carhound.engines.interpreter.expressions import evaluator
from carhound.engines.interpreter.functions.building import single
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row, as_text, getter, texts
from carhound.model.event import Cell
from carhound.plan.nodes import Replace, StrCat
from carhound.plan.predicates import Field
from carhound.plan.wildcards import change, meant


def replaced(node: Replace, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The rows with their values replaced."""
    later_first = node.pairs[::-1]
    pairs = sorted(later_first, key=lambda pair: ("*" in pair[0], -len(pair[0])))
    for row in rows:
        made: dict[str, Cell] = {}
        for name in meant(node.names, row.names()):
            value = getter(Field(name))(row)
            parts = texts(value)
            changed = tuple(_changed(text, pairs) for text in parts)
            if changed != parts:
                made[name] = changed if isinstance(value, tuple) else changed[0]
        yield Row(row.event, row.materialized() | made, raw=row.raw) if made else row


def _changed(text: str, pairs: list[tuple[str, str]]) -> str:
    return next((made for old, new in pairs if (made := change(text, old, new)) is not None), text)


def joined(node: StrCat, rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """The rows with the parts put together."""
    parts = [evaluator(part, context.environment) for part in node.parts]
    for row in rows:
        values = [single(part(row)) for part in parts]
        if node.all_required and None in values:
            yield row
            continue
        text = "".join(as_text(value) for value in values if value is not None)
        yield Row(row.event, row.materialized() | {node.target: text}, raw=row.raw)
