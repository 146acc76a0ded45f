"""Names of a program to names of the CAR data model."""

from collections.abc import Callable

import pytest

from carhound.languages.interface import Compiled
from carhound.languages.pseudocode.binding import nearest
from carhound.model.diagnostics import Diagnostic
from carhound.plan.nodes import Scan, scans
from carhound.plan.predicates import Field, Matches, Predicate


def _kinds(compiled: Compiled) -> tuple[tuple[str, str], ...]:
    (scan,) = scans(compiled.plan)
    assert isinstance(scan, Scan)
    return scan.kinds or ()


@pytest.mark.parametrize(
    ("search", "kinds", "codes"),
    [
        ("Process:Create", [("process", "create")], []),
        ("process:CREATE,terminate", [("process", "create"), ("process", "terminate")], []),
        ("UserSession:Login", [("user_session", "login")], []),
        ("Thread:RemoteCreate", [("thread", "remote_create")], []),
        ("(Module:Load or Driver:Load)", [("module", "load"), ("driver", "load")], []),
        ("(Module:Load and Driver:Load)", [("module", "load"), ("driver", "load")], ["PS-S2"]),
        ("Registry:Create", [("registry", "add")], ["PS-A2"]),
        ("Registry:Edit", [("registry", "key_edit"), ("registry", "value_edit")], ["PS-A2"]),
        ("Process", [("process", "create")], ["PS-S1"]),
        ("Process:*", [("process", "create")], ["PS-S1"]),
        ("Module", [("module", "load"), ("module", "unload")], ["PS-S1"]),
        ("Flow", [("flow", "end"), ("flow", "start")], ["PS-S1"]),
    ],
)
def test_kinds(
    compile_text: Callable[[str], Compiled],
    codes_of: Callable[[str], list[str]],
    search: str,
    kinds: list[tuple[str, str]],
    codes: list[str],
) -> None:
    """Objects and actions, letter case and separators aside; several make a union."""
    text = f"a = search {search}\noutput a"
    assert _kinds(compile_text(text)) == tuple(kinds)
    assert codes_of(text) == codes


def test_without_an_action_the_fields_decide(compile_text: Callable[[str], Compiled]) -> None:
    """A field that creation does not have makes `Process` mean any action."""
    text = 'a = search Process\nb = filter a where access_level == "x"\noutput b'
    assert ("process", "access") in _kinds(compile_text(text))


def test_a_field_is_bound_by_its_exact_name(predicate_of: Callable[..., Predicate]) -> None:
    """In the CAR view; our own field `signed` is one."""
    predicate = predicate_of('signed == "false"', "Module:Load")
    assert isinstance(predicate, Matches)
    assert predicate.field == Field("signed", "car")


@pytest.mark.parametrize(
    ("spelt", "name"),
    [("image", "image_path"), ("Image", "image_path"), ("parent_image", "parent_image_path")],
)
def test_an_alias_is_read_and_noted(compile_text: Callable[[str], Compiled], spelt: str, name: str) -> None:
    """As the field it stands for."""
    compiled = compile_text(f'a = search Process:Create\nb = filter a where {spelt} == "x"\noutput b')
    assert [remark.code for remark in compiled.diagnostics] == ["PS-A1"]
    assert compiled.diagnostics[0].severity == "note"
    assert f"the field {spelt} read as {name}" in compiled.diagnostics[0].message


@pytest.mark.parametrize(
    ("text", "code", "marked", "hint"),
    [
        ("a = search Proces:Create", "PS-N2", "Proces", "did you mean process?"),
        ("a = search SystemLogs:Up", "PS-N2", "SystemLogs", "the data model has authentication"),
        ("a = search Process:Creat", "PS-N3", "Creat", "did you mean create?"),
        ("a = search Module:Explode", "PS-N3", "Explode", "module has load, unload"),
        ("a = search Flow:Message", "PS-U1", "Message", "say it with"),
        ("a = search Process:Create where exee == 1", "PS-F1", "exee", "did you mean exe?"),
        ("a = search Flow:Start where port == 1", "PS-F1", "port", "did you mean dest_port or src_port?"),
        ("a = search Process:Create where src_ip == 1", "PS-F1", "src_ip", "a field of email, flow"),
        ("a = search Process:Create where qqq == 1", "PS-F1", "qqq", "see the CAR data model"),
        ("a = search Process:Create where b.exe == 1", "PS-F1", "b.exe", "did you mean exe?"),
    ],
)
def test_unknown_names(
    error_of: Callable[[str], Diagnostic], text: str, code: str, marked: str, hint: str
) -> None:
    """The hint is the nearest name there is."""
    error = error_of(text)
    assert error.span is not None
    assert (error.code, text[error.span.start : error.span.end]) == (code, marked)
    assert error.hint is not None
    assert hint in error.hint


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("Processes", ["process", "file"], "process"),
        ("port", ["src_port", "dest_port"], "dest_port or src_port"),
        ("log_name", ["file_name"], None),
        ("x", [], None),
    ],
)
def test_nearest(name: str, known: list[str], expected: str | None) -> None:
    """Letter case aside; a far name is no help."""
    assert nearest(name, known) == expected
