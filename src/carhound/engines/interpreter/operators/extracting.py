"""`rex`: fields out of values by regular expressions, and values edited by them.

Splunk's Search Reference, "rex".
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.regexes import compiled, encodable
from carhound.engines.interpreter.rows import Row, getter, texts
from carhound.engines.interpreter.terms import raw_texts
from carhound.model.event import Cell
from carhound.plan.nodes import Rex, Sed, Substitution, Transliteration


def rex(node: Rex, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The rows with the fields of the groups; one that took part in no match is left as it was."""
    expression = compiled(node.expression)
    read = None if node.field is None else getter(node.field)
    for row in rows:
        values = raw_texts(row) if read is None else texts(read(row))
        matches = islice(_matches(expression, values), node.most)
        found: dict[str, list[str]] = {}
        for match in matches:
            for name, text in match.groupdict().items():
                if text is not None:
                    found.setdefault(name, []).append(text)
        made: dict[str, Cell] = {
            name: tuple(found[name]) if len(found[name]) > 1 else found[name][0]
            for name in node.groups
            if name in found
        }
        yield Row(row.event, row.materialized() | made, raw=row.raw) if made else row


def _matches(expression: Any, values: Iterable[str]) -> Iterator[Any]:
    for value in values:
        yield from expression.finditer(encodable(value))


def sed(node: Sed, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The rows with the values of the field edited."""
    read = getter(node.field)
    edit = _editor(node.edit)
    for row in rows:
        value = read(row)
        if value is None:
            yield row
            continue
        changed: Cell = tuple(map(edit, value)) if isinstance(value, tuple) else edit(texts(value)[0])
        yield Row(row.event, row.materialized() | {node.field.name: changed}, raw=row.raw)


def _editor(edit: Substitution | Transliteration) -> Callable[[str], str]:
    if isinstance(edit, Transliteration):
        table = str.maketrans(edit.characters, edit.others)
        return lambda text: text.translate(table)
    expression = compiled(edit.expression)

    def substituted(text: str) -> str:
        text = encodable(text)
        out: list[str] = []
        at = 0
        for number, match in enumerate(expression.finditer(text), 1):
            if edit.which in (None, number):
                out += (text[at : match.start()], *_replacement(edit, match))
                at = match.end()
            if number == edit.which:
                break
        return "".join([*out, text[at:]])

    return substituted


def _replacement(edit: Substitution, match: Any) -> Iterator[str]:
    for part in edit.replacement:
        yield part if isinstance(part, str) else match.group(part) or ""
