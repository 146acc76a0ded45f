"""Every bundled scenario, hunted over: what each implementation of CAR-2019-04-002 must say of it.

The expectations follow from the text of the analytic, read by a person: the programs that each pattern must
name, with the last part of their path. "New" is "New items since last month", which has no pseudocode twin.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pytest

from carhound.findings.run import Run
from carhound.pipeline import Request, hunt
from carhound.simulate.engine import events
from carhound.simulate.event import Simulated
from carhound.simulate.scenario import bundled, load
from carhound.simulate.writers import FORMATS

CALC = "calc.exe"
NOTHING: list[str] = []

# scenario: (Main Pattern, New items, Spawning child processes, Loading unsigned images)
EXPECTED = {
    "atomic-t1218.010-1-succeeds": ([CALC], [CALC], [CALC], NOTHING),
    "atomic-t1218.010-1-fails": (NOTHING, NOTHING, NOTHING, NOTHING),
    "atomic-t1218.010-2-succeeds": ([CALC], [CALC], [CALC], NOTHING),
    "atomic-t1218.010-2-fails": (NOTHING, NOTHING, NOTHING, NOTHING),
    "atomic-t1218.010-3-succeeds": ([CALC], [CALC], [CALC], ["AllTheThingsx86.dll"]),
    "atomic-t1218.010-3-fails": (NOTHING, NOTHING, NOTHING, NOTHING),
    # A signed DLL that starts nothing: neither a child nor an unsigned image, whatever it is called.
    "atomic-t1218.010-4-succeeds": (NOTHING, NOTHING, NOTHING, NOTHING),
    "atomic-t1218.010-4-fails": (NOTHING, NOTHING, NOTHING, NOTHING),
    # The 32-bit twin is a regsvr32.exe, which the patterns leave out; its own child is not.
    "atomic-t1218.010-5-succeeds": ([CALC], [CALC], [CALC], ["AllTheThingsx86.dll"]),
    "atomic-t1218.010-5-fails": (NOTHING, NOTHING, NOTHING, NOTHING),
    # All twelve loads are signed, and below Program Files.
    "installer-signed-dlls": (NOTHING, NOTHING, NOTHING, NOTHING),
    # Now is the last day. The window ends 30 days before it: nothing of the month is in the baseline.
    "new-items-month": (["cmd.exe"] * 6, ["cmd.exe"] * 2, ["cmd.exe"] * 6, NOTHING),
    # Seen 45 days before: known. Seen 15 days before: in the gap of the baseline, and so new.
    "new-items-windows": (["cmd.exe"] * 5, ["cmd.exe"] * 2, ["cmd.exe"] * 5, NOTHING),
    # It is not signed, and lies with the user's documents.
    "registered-text-file": (NOTHING, NOTHING, NOTHING, ["notes.txt"]),
    # No path of it ends in regsvr32.exe.
    "renamed-regsvr32": (NOTHING, NOTHING, NOTHING, NOTHING),
    "respawn-64-to-32": (NOTHING, NOTHING, NOTHING, NOTHING),
    "scriptlet-share": (["cmd.exe"], ["cmd.exe"], ["cmd.exe"], NOTHING),
    "started-by-script-hosts": (NOTHING, NOTHING, NOTHING, ["order.dll", "ticket.dll"]),
    "started-by-service": (NOTHING, NOTHING, NOTHING, ["agent.dll"]),
    "squiblydoo-url": (["powershell.exe"], ["powershell.exe"], ["powershell.exe"], NOTHING),
    "unsigned-dll-program-files-evil": (NOTHING, NOTHING, NOTHING, NOTHING),
    "unsigned-dll-program-files-x86": (NOTHING, NOTHING, NOTHING, NOTHING),
    "unsigned-dll-user-folder": (NOTHING, NOTHING, NOTHING, ["helper.dll"]),
    "unsigned-dll-windows-tasks": (NOTHING, NOTHING, NOTHING, NOTHING),
    "unsigned-dll-windows-temp": (NOTHING, NOTHING, NOTHING, NOTHING),
    # "Spawning child processes" leaves out WerFault of both bitnesses, and wevtutil of System32 alone.
    "werfault-and-wevtutil": (
        ["WerFault.exe"] * 2 + ["wevtutil.exe"] * 2,
        ["WerFault.exe"] * 2 + ["wevtutil.exe"] * 2,
        ["wevtutil.exe"],
        NOTHING,
    ),
}
PATTERNS = (
    "Main Pattern",
    "New items since last month",
    "Spawning child processes",
    "Loading unsigned images",
)


def run_over(
    records: Iterable[Simulated], folder: Path, reading: Literal["published", "corrected"] = "published"
) -> Run:
    """Hunts over the records, written as JSON lines."""
    path = folder / "log.jsonl"
    with path.open("wb") as stream:
        FORMATS["jsonl"][0](records, stream)
    return hunt(Request((str(path),), ("carhound",), analytics=("CAR-2019-04-002",), reading=reading))


def named(run: Run, implementation: str) -> list[str]:
    """The programs and modules that an implementation found, sorted."""
    return sorted(
        str(found.native["Image" if found.event_id in (1, "1") else "ImageLoaded"]).rpartition("\\")[2]
        for found in run.findings
        if implementation in found.implementations
    )


def test_every_scenario_has_its_expectations() -> None:
    assert set(EXPECTED) == set(bundled())


@pytest.mark.parametrize("scenario", bundled())
def test_each_implementation_finds_what_its_text_says(scenario: str, tmp_path: Path) -> None:
    one_host = 1 if load(scenario).background else None
    run = run_over(events([load(scenario)], seed=7, hosts=one_host), tmp_path)
    assert run.status == "complete"
    assert len(run.analytics[0].implementations) == 7
    for pattern, expected in zip(PATTERNS, EXPECTED[scenario], strict=True):
        names = [one.name for one in run.analytics[0].implementations if one.name.startswith(pattern)]
        assert len(names) == (1 if pattern.startswith("New") else 2)
        for name in names:
            assert named(run, name) == sorted(expected), name


@pytest.mark.parametrize(
    ("scenario", "new"),
    [
        ("new-items-month", ["fonts.exe"]),
        ("new-items-windows", ["fonts.exe", "index.cmd"]),
    ],
)
def test_the_corrected_reading_compares_with_the_month_before(
    scenario: str, new: list[str], tmp_path: Path
) -> None:
    run = run_over(events([load(scenario)], seed=7, hosts=0), tmp_path, "corrected")
    found = [
        str(one.native["CommandLine"]).rstrip('"').rpartition("\\")[2]
        for one in run.findings
        if "New items since last month" in one.implementations
    ]
    assert sorted(found) == new


def test_background_alone_matches_nothing(tmp_path: Path) -> None:
    records = list(events([], hosts=2, days=2, seed=5, security=False))
    runs = [one for one in records if one.event_id == 1 and one.data["Image"].endswith("regsvr32.exe")]
    assert any(one.data["ParentImage"].endswith("regsvr32.exe") for one in runs)
    run = run_over(records, tmp_path)
    assert run.status == "complete"
    assert not run.findings


def test_the_description_says_what_the_scenario_is() -> None:
    for name in bundled():
        scenario = load(name)
        assert scenario.id == name
        assert scenario.title
        assert scenario.description.endswith(".")
