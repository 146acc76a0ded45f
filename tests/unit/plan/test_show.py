"""Plans as text: the cases are in cases/show.txt.

A case is a line `=== language: what it shows`, the text, a line `---`, and the plan. To renew the plans after
a change that is meant: CARHOUND_RENEW=1 .venv/bin/pytest tests/unit/plan/test_show.py
Then read the difference.
"""

import os
import re
from pathlib import Path

import pytest

from carhound.languages.pseudocode.compile import compile_pseudocode
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.plan.nodes import Node
from carhound.plan.show import show

CASES = Path(__file__).parent / "cases" / "show.txt"
COMPILERS = {"spl": compile_spl, "pseudocode": compile_pseudocode}
CASE = re.compile(r"^=== (\w+): (.*)\n((?s:.*?))^---\n((?s:.*?))(?=^=== |\Z)", re.MULTILINE)


def cases() -> list[tuple[str, str, str, str]]:
    """(language, name, text, plan) of each case."""
    return CASE.findall(CASES.read_text(encoding="utf-8"))


def plan_of(language: str, text: str) -> Node:
    return COMPILERS[language](Source(text, "case")).plan


def test_renew() -> None:
    """Writes the file anew where that is asked for; else it only looks whether every case was read."""
    whole = CASES.read_text(encoding="utf-8")
    made = "".join(
        f"=== {language}: {name}\n{text}---\n{show(plan_of(language, text))}\n\n"
        for language, name, text, _ in cases()
    )
    if os.environ.get("CARHOUND_RENEW"):
        CASES.write_text(made, encoding="utf-8", newline="\n")
    assert whole.count("\n=== ") + 1 == len(cases())


@pytest.mark.parametrize(("language", "name", "text", "plan"), cases())
def test_plan_is_as_reviewed(language: str, name: str, text: str, plan: str) -> None:
    assert show(plan_of(language, text)) + "\n\n" == plan


def test_the_same_plan_is_the_same_text() -> None:
    one = plan_of("spl", 'EventCode=1   Image="a"')
    other = plan_of("spl", "EventCode=1 Image=a")
    assert show(one) == show(other)
