"""`top` and `rare`: values by how often they occur. Splunk's Search Reference, pages of these names."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.operators.grouping import Key, keyed, order
from carhound.engines.interpreter.rows import Row
from carhound.model.event import Cell
from carhound.plan.nodes import Top


def top(node: Top, rows: Iterable[Row], _context: Context) -> list[Row]:
    """The commonest or the rarest combinations of values, of each group by itself."""
    counts = Counter(key for key, _ in keyed(rows, (*node.by, *node.fields)))
    size = len(node.by)
    sign = 1 if node.rare else -1
    ranked = sorted(counts, key=lambda key: (order(key[:size]), sign * counts[key], order(key)))
    return [
        row
        for _, keys in groupby(ranked, key=lambda key: key[:size])
        for row in _ranked(node, list(keys), counts)
    ]


def _ranked(node: Top, ranked: list[Key], counts: Counter[Key]) -> Iterator[Row]:
    """The rows of a group, whose combinations are in order."""
    total = sum(counts[key] for key in ranked)
    shown = ranked[: node.limit or None]
    for key in shown:
        yield ranked_row(node, key, counts[key], total)
    rest = total - sum(counts[key] for key in shown)
    if node.other is not None and rest:
        by = ranked[0][: len(node.by)]
        yield ranked_row(node, (*by, *(node.other for _ in node.fields)), rest, total)


def ranked_row(node: Top, key: Key, count: int, total: int) -> Row:
    """A row of the result; `key` has the values of `by` and of the fields, `total` counts its group."""
    names = [field.name for field in (*node.by, *node.fields)]
    columns: dict[str, Cell] = dict(zip(names, key, strict=True))
    if node.count is not None:
        columns[node.count] = count
    if node.percent is not None:
        columns[node.percent] = round(100 * count / total, 6)
    return Row(None, columns)
