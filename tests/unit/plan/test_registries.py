"""What the plan can say, every place that has to know it knows."""

import re
from pathlib import Path
from typing import get_args

import carhound
from carhound.engines.interpreter.functions.builders import BUILDERS, OVER_VALUES
from carhound.engines.interpreter.operators import OPERATORS, operator
from carhound.engines.interpreter.operators.aggregates import BEGIN
from carhound.plan.aggregates import AGGREGATES
from carhound.plan.functions import FUNCTIONS
from carhound.plan.nodes import Node, Scan
from carhound.plan.show_operators import show_operator


def test_every_operator_runs() -> None:
    assert set(OPERATORS) == set(get_args(Node)) - {Scan}
    assert all(callable(operator(node)) for node in OPERATORS)


def test_nothing_is_registered_twice() -> None:
    for path in Path(carhound.__file__).parent.rglob("*.py"):
        written = re.findall(r"@(\w+)\.register\ndef _\(_?\w+: (\w+)", path.read_text(encoding="utf-8"))
        assert len(written) == len(set(written)), path


def test_every_operator_has_a_line_of_its_own() -> None:
    default = show_operator.dispatch(object)
    without = [node for node in get_args(Node) if show_operator.dispatch(node) is default]
    assert without == []


def test_every_aggregate_runs() -> None:
    assert set(BEGIN) == set(AGGREGATES)


def test_no_two_aggregates_have_one_name() -> None:
    names = [name for one, known in AGGREGATES.items() for name in (one, *known.aliases)]
    assert len(names) == len(set(names))


def test_every_function_runs() -> None:
    assert set(BUILDERS) | set(OVER_VALUES) == set(FUNCTIONS)
    assert not set(BUILDERS) & set(OVER_VALUES)
