"""AND, OR, NOT and XOR in searches and in eval, against a reading that knows nothing of parsing.

Splunk's Search Manual, "Boolean expressions with logical operators": in `search` OR binds before AND, in
`where` AND before OR, and XOR last.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.operators import operator
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.plan.nodes import Scan

NAMES = "abcd"
ROWS = [dict(zip(NAMES, values, strict=True)) for values in product("01", repeat=len(NAMES))]


@dataclass(frozen=True)
class Chain:
    """Operands as they stand side by side, each with the number of NOTs before it, and what joins them."""

    operands: tuple[tuple[int, "str | Chain"], ...]
    joints: tuple[str, ...]

    def text(self) -> str:
        parts = []
        for (nots, operand), joint in zip(self.operands, ("", *self.joints), strict=True):
            inner = f"{operand}=1" if isinstance(operand, str) else f"({operand.text()})"
            parts.append(f"{joint} {'NOT ' * nots}{inner}")
        return " ".join(parts)

    def holds(self, row: dict[str, str], order: tuple[str, ...], level: int = 0) -> bool:
        """Cut at the operators that bind loosest, the pieces at the next ones, until operands are left."""
        if not self.joints:
            ((nots, operand),) = self.operands
            inner = row[operand] == "1" if isinstance(operand, str) else operand.holds(row, order)
            return inner is (nots % 2 == 0)
        cuts = [at for at, one in enumerate(self.joints, 1) if (one or "AND") == order[level]]
        found = [
            Chain(self.operands[start:end], self.joints[start : end - 1]).holds(row, order, level + 1)
            for start, end in zip([0, *cuts], [*cuts, len(self.operands)], strict=True)
        ]
        return {"AND": all(found), "OR": any(found), "XOR": sum(found) % 2 == 1}[order[level]]


SEARCH = ("AND", "OR")
WHERE = ("XOR", "OR", "AND")
"""Which operators bind loosest, first."""


def chains(joints: list[str]) -> st.SearchStrategy[Chain]:
    def of(operands: st.SearchStrategy[str | Chain]) -> st.SearchStrategy[Chain]:
        one = st.tuples(st.integers(0, 2), operands)
        return st.lists(st.tuples(one, st.sampled_from(joints)), min_size=1, max_size=6).map(
            lambda found: Chain(tuple(one for one, _ in found), tuple(joint for _, joint in found[1:]))
        )

    leaves = st.sampled_from(NAMES)
    return of(leaves | of(leaves | of(leaves)))


def kept(spl: str) -> list[dict[str, str]]:
    node = compile_spl(Source(f"* | {spl}", "case")).plan
    if isinstance(node, Scan):
        return ROWS
    context = Context(Moment(datetime(2024, 6, 15, tzinfo=UTC), UTC), lambda _: [])
    rows = [Row(None, dict(row)) for row in ROWS]
    return [row.materialized() for row in operator(type(node))(node, rows, context)]


@given(chains(["", "AND", "OR"]))
def test_a_search_means_what_its_words_say(chain: Chain) -> None:
    assert kept(f"search {chain.text()}") == [row for row in ROWS if chain.holds(row, SEARCH)]


@given(chains(["AND", "OR", "XOR"]))
def test_a_where_means_what_its_words_say(chain: Chain) -> None:
    assert kept(f"where {chain.text()}") == [row for row in ROWS if chain.holds(row, WHERE)]
