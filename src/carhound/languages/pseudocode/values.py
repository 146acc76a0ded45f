"""Literal values: what their text means, and what there is to say about it."""

import re

from carhound.languages.pseudocode.remarks import Remarks
from carhound.languages.pseudocode.syntax import Text
from carhound.languages.re2_syntax import WAY_OUT, why_not
from carhound.model.diagnostics import Span
from carhound.plan.predicates import Field

_BASE_NAMES = {"exe": "image_path", "parent_exe": "parent_image_path"}
_PLACEHOLDER = re.compile(r"\{\{[^}]*\}\}|__[A-Za-z0-9_]*[A-Za-z0-9]__")
_LEADING = re.compile(r"\\*")


def pattern(remarks: Remarks, value: Text, field: Field, negated: bool) -> str:
    """The pattern a text value stands for when compared with `field`; remarks on what can never match."""
    text = single_backslashes(value.value)
    if text != value.value:
        hint = "the backslash is no escape in pseudocode: write it once"
        remarks.reading("PS-E2", "doubled backslashes", "single ones", value.span, hint)
    _check_placeholder(remarks, text, value.span)
    if field.name in _BASE_NAMES and re.search(r"[\\/]", text):
        never = "so this is true of any value" if negated else "so this never matches"
        message = f"{field.name} is a file's name without its folder, {never}"
        hint = f"compare {_BASE_NAMES[field.name]}"
        remarks.note("PS-S3", message, value.span, hint, "warning")
    return text


def single_backslashes(text: str) -> str:
    """Doubled backslashes made single, but for the two with which the path of a share begins.

    Four at the beginning are those two, doubled like the rest.
    """
    leading = _LEADING.match(text)
    start = leading.end() if leading else 0
    head = text[:2] if start in (2, 4) else text[:start]
    return head + text[start:].replace("\\\\", "\\")


def check_expression(remarks: Remarks, expression: str, span: Span) -> None:
    """Raises LanguageError for a regular expression that RE2 cannot run."""
    _check_placeholder(remarks, expression, span)
    if message := why_not(expression):
        raise remarks.fail("PS-R1", message, span, WAY_OUT)


def _check_placeholder(remarks: Remarks, text: str, span: Span) -> None:
    match = _PLACEHOLDER.search(text)
    if match is not None:
        message = f"{match[0]} looks like a placeholder and is read literally"
        remarks.note("PS-S4", message, span, "put the value it stands for in its place", "warning")
