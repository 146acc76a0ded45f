"""The three programs of the published analytic, against plans derived by hand from their text."""

import re
from pathlib import Path

import pytest

from carhound.languages.pseudocode.compile import compile_pseudocode
from carhound.model.datasets import MAPPED
from carhound.model.diagnostics import Source
from carhound.model.glob import Glob
from carhound.plan.nodes import Filter, Node, Scan
from carhound.plan.predicates import Absent, All, AnyOf, Field, Matches, Predicate

SYSTEM = r"C:\Windows\System32"
WOW = r"C:\Windows\SysWOW64"


def _is(name: str, *parts: str) -> Matches:
    return Matches(Field(name, "car"), Glob("\\".join(parts)))


def _is_not(name: str, *parts: str) -> Matches:
    return Matches(Field(name, "car"), Glob("\\".join(parts)), negated=True)


def _plan(car_object: str, action: str, *conditions: Predicate) -> Node:
    return Filter(Scan(MAPPED, view="car", kinds=((car_object, action),)), All(conditions))


MAIN = _plan(
    "process", "create", _is("parent_image_path", "*regsvr32.exe"), _is_not("image_path", "*regsvr32.exe*")
)
SPAWNING = _plan(
    "process",
    "create",
    AnyOf(
        (
            _is("parent_image_path", SYSTEM, "regsvr32.exe"),
            _is("parent_image_path", WOW, "regsvr32.exe"),
        )
    ),
    _is_not("image_path", SYSTEM, "regsvr32.exe"),
    _is_not("image_path", WOW, "regsvr32.exe"),
    _is_not("image_path", WOW, "WerFault.exe"),
    _is_not("image_path", SYSTEM, "WerFault.exe"),
    _is_not("image_path", SYSTEM, "wevtutil.exe"),
)
UNSIGNED = _plan(
    "module",
    "load",
    AnyOf((_is("image_path", SYSTEM, "regsvr32.exe"), _is("image_path", WOW, "regsvr32.exe"))),
    Absent(Field("signer", "car")),
    _is_not("module_path", r"C:\Program Files*"),
    _is_not("module_path", r"C:\Windows\*"),
)


@pytest.mark.parametrize(("number", "plan"), [(0, MAIN), (1, SPAWNING), (2, UNSIGNED)])
def test_published_programs(shared: Path, number: int, plan: Node) -> None:
    """They are strict, and nothing needs saying about them."""
    page = (shared / "seed" / "CAR-2019-04-002.md").read_text(encoding="utf-8")
    programs = [text for text in re.findall(r"```\n(.*?)```", page, re.DOTALL) if " = search " in text]
    assert len(programs) == 3
    compiled = compile_pseudocode(Source(programs[number], "page"), "strict")
    assert compiled.plan == plan
    assert compiled.diagnostics == ()
