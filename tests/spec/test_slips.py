"""Slips that people make: each has a code, a caret and a hint that mends it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Diagnostic, LanguageError, Source

PAGE = yaml.safe_load((Path(__file__).parent / "slips.yaml").read_text(encoding="utf-8"))


def said(spl: str) -> list[Diagnostic]:
    """The error, or the warnings."""
    try:
        compiled = compile_spl(Source(spl, "case"))
    except LanguageError as error:
        return [error.diagnostic]
    return [one for one in compiled.diagnostics if one.severity != "note"]


def written(hint: str) -> str:
    """What a hint says to write."""
    match = re.fullmatch(r"write (.+?)(?: if the operator is meant| where backslashes are meant)?", hint)
    assert match is not None, hint
    return match[1]


def marked(diagnostic: Diagnostic, spl: str) -> str:
    assert diagnostic.span is not None
    return spl[diagnostic.span.start : diagnostic.span.end]


@pytest.mark.parametrize("case", PAGE["warnings"], ids=lambda case: case["spl"])
def test_a_warning_says_what_to_write_in_the_place_it_marks(case: dict[str, Any]) -> None:
    spl = case["spl"]
    (warning,) = said(spl)
    assert (warning.code, warning.severity) == (case["code"], "warning")
    assert marked(warning, spl).startswith(case["at"])
    assert warning.hint
    assert warning.span
    if "fixed" in case:
        fixed = spl[: warning.span.start] + written(warning.hint) + spl[warning.span.end :]
        assert fixed == case["fixed"]
        assert said(fixed) == []


@pytest.mark.parametrize("case", PAGE["errors"], ids=lambda case: case["spl"])
def test_an_error_says_what_to_write(case: dict[str, Any]) -> None:
    spl = case["spl"]
    (error,) = said(spl)
    assert (error.code, error.severity) == (case["code"], "error")
    assert error.span is not None
    assert spl[error.span.start :].startswith(case.get("at", ""))
    assert error.hint
    if "hint" in case:
        assert case["hint"] in error.hint
    elif "fixed" in case:
        assert written(error.hint) in case["fixed"]
    if "fixed" in case:
        assert said(case["fixed"]) == []


@pytest.mark.parametrize("spl", PAGE["fine"])
def test_no_alarm_is_false(spl: str) -> None:
    assert said(spl) == []
