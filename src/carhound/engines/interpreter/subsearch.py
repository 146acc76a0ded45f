"""Rows of a subsearch as a condition, the way Splunk's implicit `format` writes them.

Every row is an AND of its fields, the rows are ORed; values are search values: letter case aside, and a `*`
inside one is a wildcard. Fields that begin with `_` are left out. A missing value asks nothing; a row without
values, and no rows at all, match nothing.
"""

from collections.abc import Callable, Iterable, Mapping

from carhound.engines.interpreter.conditions import Condition, condition
from carhound.engines.interpreter.rows import Getter, Row, getter, texts
from carhound.model.event import Cell
from carhound.model.folding import fold
from carhound.model.glob import Glob
from carhound.plan.expressions import View
from carhound.plan.predicates import All, AnyOf, Field, Matches

Key = tuple[str, ...]


def row_matcher(found: Iterable[Mapping[str, Cell]], view: View = "native") -> Callable[[Row], bool]:
    """Whether a row matches one of the rows found, by its fields in this view."""
    exact: dict[Key, set[Key]] = {}
    patterns: list[Condition] = []
    for columns in found:
        asked = {
            name: values
            for name, value in columns.items()
            if not name.startswith("_") and (values := texts(value))
        }
        if not asked:
            continue
        if any(len(values) > 1 or "*" in values[0] for values in asked.values()):
            patterns.append(condition(_as_predicate(asked, view)))
        else:
            names = tuple(sorted(asked))
            exact.setdefault(names, set()).add(tuple(fold(asked[name][0]) for name in names))
    lookups = [([getter(Field(name, view)) for name in names], keys) for names, keys in exact.items()]

    def matches(row: Row) -> bool:
        return any(_has(row, read, keys) for read, keys in lookups) or any(test(row) for test in patterns)

    return matches


def _has(row: Row, read: list[Getter], keys: set[Key]) -> bool:
    values = [texts(one(row)) for one in read]
    if all(len(value) == 1 for value in values):
        return tuple(fold(value[0]) for value in values) in keys
    return any(
        all(any(fold(text) == wanted for text in value) for value, wanted in zip(values, key, strict=True))
        for key in keys
    )


def _as_predicate(asked: Mapping[str, tuple[str, ...]], view: View) -> All:
    return All(
        tuple(
            AnyOf(tuple(Matches(Field(name, view), Glob(text)) for text in values))
            for name, values in asked.items()
        )
    )
