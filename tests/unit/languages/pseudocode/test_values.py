"""Literal values."""

from collections.abc import Callable

import pytest

from carhound.languages.interface import Compiled
from carhound.languages.pseudocode.values import single_backslashes
from carhound.plan.nodes import Filter
from carhound.plan.predicates import Matches


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"C:\Windows\*", r"C:\Windows\*"),
        (r"C:\\Windows\\*", r"C:\Windows\*"),
        (r"*\\Software\a\\b", r"*\Software\a\b"),
        (r"\\server\share", r"\\server\share"),
        (r"\\\\server\\share", r"\\server\share"),
        (r"\x", r"\x"),
        ("C:\\\\", "C:\\"),
        ("", ""),
    ],
)
def test_single_backslashes(text: str, expected: str) -> None:
    """But for the two with which the path of a share begins."""
    assert single_backslashes(text) == expected


@pytest.mark.parametrize(
    ("condition", "code", "severity", "text"),
    [
        (r'image_path == "C:\\a.exe"', "PS-E2", "note", "read as single ones"),
        (r'exe == "C:\a.exe"', "PS-S3", "warning", "exe is a file's name without its folder, so this never"),
        (r'exe == "*/a.exe"', "PS-S3", "warning", "never matches"),
        (r'parent_exe != "C:\a.exe"', "PS-S3", "warning", "true of any value"),
        (r'exe contains "\a"', "PS-S3", "warning", "never matches"),
        (r'exe in ["\a"]', "PS-S3", "warning", "never matches"),
        (r'command_line match "a{{pipe}}b"', "PS-S4", "warning", "{{pipe}} looks like a placeholder"),
        (r'command_line == "__some_text__"', "PS-S4", "warning", "__some_text__"),
    ],
)
def test_what_there_is_to_say(
    compile_text: Callable[[str], Compiled], condition: str, code: str, severity: str, text: str
) -> None:
    """The literal reading stands; the remark says what it means."""
    compiled = compile_text(f"a = search Process:Create\nb = filter a where {condition}\noutput b")
    (remark,) = compiled.diagnostics
    assert (remark.code, remark.severity) == (code, severity)
    assert text in remark.message
    assert remark.hint


def test_a_path_in_exe_is_not_redirected(compile_text: Callable[[str], Compiled]) -> None:
    """The literal reading is the default."""
    plan = compile_text('a = search Process:Create\nb = filter a where exe == "C:\\x"\noutput b').plan
    assert isinstance(plan, Filter)
    assert isinstance(plan.predicate, Matches)
    assert plan.predicate.field.name == "exe"
