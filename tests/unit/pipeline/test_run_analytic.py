"""Programs that run those of other analytics."""

from pathlib import Path

from carhound.analytics.load import load
from carhound.pipeline.implementations import Prepared, prepare_all
from carhound.plan.predicates import Matches
from carhound.plan.stems import stems

ONE = 'p = search Process:Create\nr = filter p where (exe = "regsvr32.exe")\noutput r'


def _prepared(tmp_path: Path, **programs: str) -> dict[str, Prepared]:
    for analytic_id, code in programs.items():
        indented = code.replace("\n", "\n      ")
        head = f"title: T\nid: {analytic_id}\nimplementations:\n  - type: pseudocode\n"
        text = f"{head}    code: |-\n      {indented}\n"
        (tmp_path / f"{analytic_id}.yaml").write_text(text, encoding="utf-8")
    subjects = prepare_all(load(str(tmp_path)).analytics, "published")
    return {subject.analytic.id: subject.implementations[0] for subject in subjects}


def _codes(prepared: Prepared) -> list[str]:
    return [one.code for one in prepared.diagnostics]


def test_what_it_puts_out_is_a_relation(tmp_path: Path) -> None:
    """Its remarks are told where it is run, since their places are in another text."""
    program = 'x = run Analytic:CAR-2099-01-001\ny = filter x where (user == "a")\noutput y'
    found = _prepared(tmp_path, **{"CAR-2099-01-001": ONE, "CAR-2099-01-002": program})["CAR-2099-01-002"]
    assert found.plan is not None
    (stem,) = stems(found.plan)
    assert [one.field.name for one in stem.conditions if isinstance(one, Matches)] == ["exe", "user"]
    assert [one.span is None for one in stem.conditions if isinstance(one, Matches)] == [True, False]
    assert _codes(found) == ["PS-D1"]
    assert found.diagnostics[0].message.startswith("in CAR-2099-01-001: ")


def test_those_that_come_with_carhound_can_be_run(tmp_path: Path) -> None:
    found = _prepared(tmp_path, **{"CAR-2099-01-001": "x = run Analytic:CAR-2019-04-002\noutput x"})
    assert found["CAR-2099-01-001"].plan is not None


def test_what_cannot_be_run_is_named(tmp_path: Path) -> None:
    found = _prepared(
        tmp_path,
        **{
            "CAR-2099-01-001": "x = run Analytic:CAR-1999-01-001\noutput x",
            "CAR-2099-01-002": "x = run Analytic:CAR-2099-01-003\noutput x",
            "CAR-2099-01-003": "x = run Analytic:CAR-2099-01-002\noutput x",
            "CAR-2099-01-004": "x = run Analytic:CAR-2099-01-005\noutput x",
            "CAR-2099-01-005": "x = search Nothing:Create\noutput x",
        },
    )
    codes = {name: _codes(one) for name, one in found.items() if one.plan is None}
    assert codes["CAR-2099-01-001"] == ["PS-N4"]
    assert codes["CAR-2099-01-002"] == codes["CAR-2099-01-003"] == ["PS-P9"]
    assert codes["CAR-2099-01-004"] == ["PS-N2"]
