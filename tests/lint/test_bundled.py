"""What is known about CAR-2019-04-002 and can be told from its text: lint names all of it."""

from pathlib import Path

import pytest

from carhound.pipeline.lint import lint

MAIN, NEW = "Main Pattern", "New items since last month"
SPAWN, LOAD = "Spawning child processes", "Loading unsigned images"
TWIN = " - pseudocode"

ROWS = {
    2: ("LINT-W2", [NEW]),
    3: ("LINT-W4", [NEW]),
    4: ("LINT-B1", [NEW]),
    5: ("LINT-B2", [NEW]),
    6: ("LINT-B4", [NEW]),
    7: ("LINT-B3", [NEW]),
    8: ("LINT-T1", [MAIN]),
    9: ("LINT-C6", [MAIN, MAIN + TWIN, NEW]),
    10: ("LINT-C4", [MAIN, MAIN + TWIN, NEW]),
    11: ("LINT-C13", [SPAWN, SPAWN + TWIN]),
    12: ("LINT-C3", [SPAWN]),
    13: ("LINT-C14", [SPAWN, SPAWN + TWIN, LOAD, LOAD + TWIN]),
    14: ("LINT-T2", [SPAWN, LOAD]),
    15: ("LINT-F2", [SPAWN, LOAD]),
    16: ("LINT-T1", [LOAD]),
    17: ("LINT-C19", [LOAD, LOAD + TWIN]),
    18: ("LINT-C5", [LOAD, LOAD + TWIN]),
    19: ("LINT-C7", [LOAD, LOAD + TWIN]),
    20: ("LINT-C8", [SPAWN, SPAWN + TWIN, LOAD, LOAD + TWIN]),
    21: ("LINT-C18", [MAIN, MAIN + TWIN, NEW, SPAWN, SPAWN + TWIN, LOAD, LOAD + TWIN]),
    25: ("LINT-W5", [NEW]),
    26: ("LINT-D6", [MAIN, NEW, SPAWN, LOAD]),
}
"""By number of the discrepancy: the code, and the implementations that have it. Those without a code are of
the prose alone (1, 24) or the form of the file (27); 22 and 23 are about the document."""

(DOCUMENT,) = lint("CAR-2019-04-002", "warning").analytics


@pytest.mark.parametrize("row", sorted(ROWS))
def test_each_discrepancy_is_named_where_it_is(row: int) -> None:
    code, names = ROWS[row]
    found = {one.implementation for one in DOCUMENT.all_remarks() if one.diagnostic.code == code}
    if code == "LINT-T1":
        assert set(names) <= found <= {MAIN, LOAD}
    else:
        assert found == set(names)


def test_the_data_model_references() -> None:
    said = {(one.diagnostic.code, one.diagnostic.message.split()[-1]) for one in DOCUMENT.remarks}
    for name in ("image", "parent_image"):
        assert ("LINT-D1", f"process/create/{name}") in said
    assert {name for code, name in said if code == "LINT-D2"} == {
        "process/create/exe",
        "process/create/parent_exe",
    }
    (missing,) = [one.diagnostic.message for one in DOCUMENT.remarks if one.diagnostic.code == "LINT-D3"]
    for name in ("image_path", "module_path", "signer"):
        assert f"module/load/{name}" in missing
    (subtypes,) = [one.diagnostic.message for one in DOCUMENT.remarks if one.diagnostic.code == "LINT-D4"]
    assert "Module" in subtypes


def test_the_hole_is_29_days() -> None:
    (hole,) = [one for one in DOCUMENT.all_remarks() if one.diagnostic.code == "LINT-W2"]
    assert "29 days" in hole.diagnostic.message


def test_the_exclusions_repeated_in_upper_case_change_nothing() -> None:
    useless = [one.diagnostic for one in DOCUMENT.all_remarks() if one.diagnostic.code == "LINT-C3"]
    assert len(useless) == 2
    assert all("WINDOWS" in one.message.split(" changes nothing")[0] for one in useless)


def test_twins_and_the_events_that_tell_them_apart() -> None:
    told = {
        (one.implementation, one.witness.found_by): dict(one.witness.fields)
        for one in DOCUMENT.all_remarks()
        if one.witness is not None
    }
    assert set(told) == {(MAIN, MAIN + TWIN), (LOAD, LOAD), (LOAD, LOAD + TWIN)}
    assert "regsvr32.exe" in (told[MAIN, MAIN + TWIN]["ParentImage"] or "")
    unsigned = told[LOAD, LOAD]
    assert unsigned["Signed"] == "false"
    assert unsigned["Signature"] not in (None, "", "-")
    signed = told[LOAD, LOAD + TWIN]
    assert signed["Signed"] == "true"
    assert signed["Signature"] in (None, "", "-")


def test_nothing_in_it_is_an_error() -> None:
    assert not [one for one in DOCUMENT.all_remarks() if one.severity == "error"]


def test_the_published_documents_are_linted(shared: Path) -> None:
    run = lint(str(shared / "car" / "analytics"), "error")
    assert not run.reasons
    assert run.exit_status == 0
    published = next(one for one in run.analytics if one.id == DOCUMENT.id)
    wanted = {(code, name) for code, names in ROWS.values() for name in names}
    assert wanted <= {(one.diagnostic.code, one.implementation) for one in published.all_remarks()}
