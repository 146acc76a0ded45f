"""Every rule: a text that it is about, and one beside it that it is not about."""

from pathlib import Path

import pytest

from carhound.findings.lint_codes import MEANINGS

from .linting import codes, remarks, source, write_spl, write_yaml

BASELINE = (
    "EventCode=1 earliest={} latest=now NOT [search EventCode=1 earliest={} latest={} | fields CommandLine]"
)

SPL = [
    ("W1", "EventCode=1 earliest=-1d latest=-2d", "EventCode=1 earliest=-2d latest=-1d"),
    ("W2", BASELINE.format("-d@d", "-60d@d", "-30d@d"), BASELINE.format("-d@d", "-31d@d", "-d@d")),
    ("W3", BASELINE.format("-7d", "-30d", "-1d"), BASELINE.format("-7d", "-30d", "-7d")),
    ("W4", "EventCode=1 earliest=-d@d latest=now", "EventCode=1 earliest=-d@d latest=@d"),
    ("W5", "EventCode=1 earliest=-d@d", "EventCode=1 earliest=-1d"),
    ("C1", r"EventCode=1 Image=*\\a.exe Image=*\\b.exe", r"EventCode=1 Image=*\\a.exe Image=c*"),
    ("C1", "EventCode=1 EventID=7", "EventCode=1 EventID=1"),
    ("C1", "EventCode=1 User=bob User!=B*", "EventCode=1 User=bob User!=c*"),
    ("C1", "EventCode=1 NOT User=* User!=b", "EventCode=1 NOT User=* NOT User=b"),
    ("C1", "EventCode=1 User=a (User=b OR User=c)", "EventCode=1 User=a (User=b OR User=a*)"),
    ("C2", "EventCode=1 (EventCode=7 OR User=a)", "EventCode=1 (EventCode=1 OR User=a)"),
    ("C3", "EventCode=1 User!=a User!=A", "EventCode=1 User!=a User!=b"),
    ("C3", "EventCode=1 User=alice User!=bob", "EventCode=1 User!=bob"),
    ("C3", "EventCode=1 User!=*b* User!=abc", "EventCode=1 User!=*b* User!=aac"),
    ("C3", "EventCode=1 (User=a* OR User=ab)", "EventCode=1 (User=a* OR User=b)"),
    ("C4", "EventCode=1 Image!=*a.exe*", "EventCode=1 Image!=*\\\\temp\\\\*"),
    ("C5", 'EventCode=1 Image!="C:\\\\Program Files*"', 'EventCode=1 Image!="C:\\\\Program Files\\\\*"'),
    ("C6", "EventCode=1 Image=*a.exe", r"EventCode=1 Image=*\\a.exe"),
    ("C7", r"EventCode=7 ImageLoaded!=C:\\Windows\\*", r"EventCode=7 ImageLoaded!=C:\\Windows\\Temp\\*"),
    ("C7", r"EventCode=7 NOT ImageLoaded=C:\\Windows\\*", r"EventCode=7 ImageLoaded=C:\\Windows\\*"),
    ("C8", r"EventCode=1 Image=C:\\a.exe", r"EventCode=1 Image=*\\a.exe"),
    ("C9", "EventCode=1 CommandLine=%evil%.exe%", "EventCode=1 CommandLine=%TEMP%*"),
    ("C9", "EventCode=1 Image=*a?.exe", "EventCode=1 CommandLine=*a?b*"),
    ("C10", 'EventCode=1 CommandLine="a\nb"', 'EventCode=1 CommandLine="a b"'),
    ("C11", 'EventCode=1 Image="*a.exe OR Image=*b.exe"', 'EventCode=1 CommandLine="*this OR that*"'),
    ("C12", 'EventCode=1 CommandLine="*–Style*"', 'EventCode=1 CommandLine="*-Style*"'),
    (
        "C13",
        r"EventCode=1 Image!=C:\\Windows\\System32\\a.exe Image!=C:\\Windows\\SysWOW64\\a.exe "
        r"Image!=C:\\Windows\\System32\\b.exe",
        r"EventCode=1 Image!=C:\\Windows\\System32\\a.exe Image!=C:\\Windows\\System32\\b.exe",
    ),
    ("C14", r"EventCode=1 Image=C:\\a.exe", r"EventCode=1 Image!=C:\\a.exe"),
    ("C15", r"EventCode=1 C:\\Windows\\a.exe", r"EventCode=1 Image=C:\\Windows\\a.exe"),
    ("C16", "EventCode=1 procdump", "EventCode=1 CommandLine=*procdump*"),
    ("C17", "((EventCode=1 User=a) OR User=b)", "((EventCode=1 User=a) OR (EventCode=2 User=b))"),
    ("C18", "EventCode=1 User!=a", "EventCode=1 NOT User=a"),
    ("C18", "EventCode=1 User!=a", "EventCode=1 User=* User!=a"),
    ("C19", "EventCode=7 Signed=false", "EventCode=7 Signed=false SignatureStatus=Unavailable"),
    ("C20", "EventCode=1 User=a OR User=b", "EventCode=1 (User=a OR User=b)"),
    ("C20", "EventCode=1 User=a OR User=b", "EventCode=1 User IN (a, b)"),
    ("C21", r"EventCode=1 Image=*\\lasass.exe", r"EventCode=1 Image=*\\lsass.exe"),
    ("B1", BASELINE.format("-d", "-3d", "-2d"), "EventCode=1 User=a"),
    ("B2", BASELINE.format("-d", "-3d", "-2d"), "EventCode=1 User=a"),
    (
        "B3",
        BASELINE.format("-d", "-3d", "-2d"),
        BASELINE.format("-d", "-3d", "-2d").replace("e]", "e Image]"),
    ),
    ("B4", BASELINE.format("-d", "-3d", "-2d"), "EventCode=1 User=a"),
    ("F1", "EventCode=1 Imgae=a", "EventCode=1 Image=a"),
    ("F1", "EventCode=1 ImageLoaded=a", "EventCode=7 ImageLoaded=a"),
    ("F1", "EventCode=1 image=a", "EventCode=4624 image=a"),
    ("F2", "EventCode=1 | stats count by ComputerName", "EventCode=1 | stats count by Computer"),
    ("F3", "EventCode=1 image_path=a", "EventCode=1 Image=a"),
    ("F4", "User=a", "EventCode=1 User=a"),
    ("D6", "index=__your_sysmon_index__ EventCode=1", "index=sysmon EventCode=1"),
]


@pytest.mark.parametrize(("code", "hit", "miss"), SPL, ids=[f"{at}-{one[0]}" for at, one in enumerate(SPL)])
def test_searches(code: str, hit: str, miss: str, tmp_path: Path) -> None:
    assert f"LINT-{code}" in codes(write_spl(tmp_path, hit))
    assert f"LINT-{code}" not in codes(write_spl(tmp_path, miss))


CREATE = "p = search Process:Create\no = filter p where ({})\noutput o"
PSEUDOCODE = [
    ("LINT-C1", r'exe == "C:\Windows\a.exe"', r'image_path == "C:\Windows\a.exe"'),
    ("LINT-C1", "pid == 4 and pid == 5", "pid == 4 and pid == 4.0"),
    ("PS-S3", r'exe == "C:\Windows\a.exe"', 'exe == "a.exe"'),
    ("LINT-C20", 'user == "a" or user == "b" and exe == "c"', 'user == "a" or (user == "b" and exe == "c")'),
    ("LINT-F5", 'CommandLine == "a"', 'command_line == "a"'),
    ("LINT-F6", 'signer == "a"', 'user == "a"'),
    ("PS-F1", 'comand_line == "a"', 'command_line == "a"'),
]


@pytest.mark.parametrize(
    ("code", "hit", "miss"), PSEUDOCODE, ids=[f"{at}-{one[0]}" for at, one in enumerate(PSEUDOCODE)]
)
def test_programs(code: str, hit: str, miss: str, tmp_path: Path) -> None:
    assert code in codes(write_yaml(tmp_path, ("A", "pseudocode", CREATE.format(hit))))
    assert code not in codes(write_yaml(tmp_path, ("A", "pseudocode", CREATE.format(miss))))


SEARCH = ("A", "splunk", "EventCode=1 Image=a")
REFERENCE = "data_model_references:\n  - {}"
TESTS = "unit_tests:\n  - description: run it"
COVERAGE = "coverage:\n  - technique: {}\n    subtechniques: [{}]\n    tactics: [{}]\n    coverage: {}"
DOCUMENTS = [
    ("D1", REFERENCE.format("process/create/image"), REFERENCE.format("process/create/image_path")),
    ("D2", REFERENCE.format("process/create/exe"), REFERENCE.format("process/create/image_path")),
    ("D3", REFERENCE.format("process/create/exe"), REFERENCE.format("process/create/image_path")),
    ("D4", "subtypes: [Module]", "subtypes: [Process]"),
    ("D5", COVERAGE.format("1218", "", "TA0005", "Low"), COVERAGE.format("T1218", "", "TA0005", "Low")),
    (
        "D5",
        COVERAGE.format("T1218", "T1217.010", "TA0005", "Low"),
        COVERAGE.format("T1218", "T1218.010", "TA0005", "Low"),
    ),
    ("D5", COVERAGE.format("T1218", "", "TA5", "Low"), COVERAGE.format("T1218", "", "TA0005", "High")),
    (
        "D5",
        COVERAGE.format("T1218", "", "TA0005", "Much"),
        COVERAGE.format("T1218", "", "TA0005", "Moderate"),
    ),
    ("D8", "", TESTS),
]


@pytest.mark.parametrize(
    ("code", "hit", "miss"), DOCUMENTS, ids=[f"{at}-{one[0]}" for at, one in enumerate(DOCUMENTS)]
)
def test_documents(code: str, hit: str, miss: str, tmp_path: Path) -> None:
    assert f"LINT-{code}" in codes(write_yaml(tmp_path, SEARCH, head=hit))
    assert f"LINT-{code}" not in codes(write_yaml(tmp_path, SEARCH, head=miss))


def test_implementations_without_a_name(tmp_path: Path) -> None:
    named = write_yaml(tmp_path, SEARCH, ("B", "splunk", "EventCode=2"))
    assert "LINT-D7" not in codes(named)
    named.write_text(named.read_text(encoding="utf-8").replace("name: B\n    type", "type"), encoding="utf-8")
    assert "LINT-D7" in codes(named)


def twins(folder: Path, search: str, condition: str) -> Path:
    program = CREATE.format(condition)
    return write_yaml(folder, ("A", "splunk", search), ("A - pseudocode", "pseudocode", program))


TWINS = [
    ("EventCode=1 Image=*\\\\a.exe", 'image_path == "*\\a.exe"', None),
    ("EventCode=1 Image=*\\\\a.exe", 'exe == "a.exe"', "pseudocode"),
    ("EventCode=1 Image=*\\\\a.exe User!=bob", 'image_path == "*\\a.exe"', "pseudocode"),
    ("EventCode=1 NOT User=bob", 'user != "bob"', "SPL"),
    ("EventCode=1 CommandLine=*-x*", 'command_line == "*-x *"', "SPL"),
]


@pytest.mark.parametrize(("search", "condition", "alone"), TWINS, ids=[str(at) for at in range(len(TWINS))])
def test_twins_that_differ_come_with_an_event(
    search: str, condition: str, alone: str | None, tmp_path: Path
) -> None:
    found = [one for one in remarks(twins(tmp_path, search, condition)) if one.diagnostic.code == "LINT-T1"]
    if alone is None:
        assert not found
        return
    finders = {one.witness.found_by for one in found if one.witness is not None}
    assert ("A" if alone == "SPL" else "A - pseudocode") in finders


def test_a_search_and_a_program_without_a_common_name_are_twins(tmp_path: Path) -> None:
    path = write_yaml(
        tmp_path, ("A", "splunk", "EventCode=1 User=a"), ("B", "pseudocode", CREATE.format('user == "b"'))
    )
    assert "LINT-T1" in codes(path, "A")


def test_results_of_another_kind_and_searches_without_a_twin(tmp_path: Path) -> None:
    path = twins(tmp_path, "EventCode=1 User=a | stats count by User", 'user == "a"')
    assert codes(path, "A") >= {"LINT-T2"}
    assert "LINT-T3" not in codes(path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "  - name: C\n    type: splunk\n    code: EventCode=2\n", encoding="utf-8")
    assert "LINT-T3" in codes(path, "C")


def test_every_rule_is_tested_here() -> None:
    tested = {f"LINT-{code}" for code, _, _ in (*SPL, *DOCUMENTS)} | {code for code, _, _ in PSEUDOCODE}
    assert set(MEANINGS) - tested == {"LINT-D7", "LINT-T1", "LINT-T2", "LINT-T3"}


def test_remarks_of_the_readers_are_passed_on(tmp_path: Path) -> None:
    assert "SPL-E1" in codes(write_spl(tmp_path, r"EventCode=1 Image=*\System32*"))
    assert "SPL-L1" in codes(write_spl(tmp_path, "EventCode=1 and User=a"))
    assert "SPL-J1" in codes(write_spl(tmp_path, 'EventCode=1 Image="a""b"'))
    assert "SPL-P1" in codes(write_spl(tmp_path, "EventCode=1 (User=a"))
    assert "SPL-M1" in codes(write_spl(tmp_path, "EventCode=1 | search `some_macro`"))


def test_a_language_that_is_not_run_is_no_error(tmp_path: Path) -> None:
    (found,) = remarks(write_yaml(tmp_path, ("A", "EQL", "process where true")), "A")
    assert (found.diagnostic.code, found.severity) == ("RUN-L1", "note")


def test_a_window_that_is_empty_before_noon_only(tmp_path: Path) -> None:
    path = write_spl(tmp_path, "EventCode=1 earliest=@d+12h latest=now")
    (found,) = [one for one in remarks(path) if one.diagnostic.code == "LINT-W1"]
    assert found.severity == "warning"
    path = write_spl(tmp_path, "EventCode=1 earliest=2030-01-01 latest=now")
    assert "LINT-W1" not in codes(path)


def test_the_nearest_name_is_told(tmp_path: Path) -> None:
    hints = {
        one.diagnostic.code: one.diagnostic.hint
        for text in ("EventCode=1 Imgae=a", "EventCode=1 image_path=a")
        for one in remarks(write_spl(tmp_path, text))
    }
    assert hints["LINT-F1"] == "did you mean Image?"
    assert hints["LINT-F3"] == "write Image"


def test_places_are_those_of_the_document(tmp_path: Path) -> None:
    path = write_yaml(tmp_path, ("A", "splunk", "EventCode=1\n  User!=a\n  User!=A"))
    (found,) = [one for one in remarks(path) if one.diagnostic.code == "LINT-C3"]
    assert source(found) == "User!=A"
    line, column = found.diagnostic.position() or (0, 0)
    assert path.read_text(encoding="utf-8").splitlines()[line - 1][column - 1 :] == "User!=A"
