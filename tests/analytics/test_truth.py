"""The hand-made events of truth.json: what each implementation must say of each."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from carhound.findings.run import Run

NEW_ITEMS = "New items since last month"
MAIN = {
    "EventCode": 1,
    "Image": r"C:\Windows\System32\cmd.exe",
    "ParentImage": r"C:\Windows\System32\regsvr32.exe",
}

Hunt = Callable[..., Run]


@pytest.fixture(scope="session")
def truth(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "data" / "truth.json").read_text(encoding="utf-8"))
    return found


def matched(run: Run, name: str) -> set[str]:
    return {finding.places[0].record for finding in run.findings if name in finding.implementations}


@pytest.mark.parametrize("document", ["bundled", "page", "yaml"])
def test_every_event_and_filter(truth: dict[str, Any], hunt_over: Hunt, shared: Path, document: str) -> None:
    references = {
        "bundled": (),
        "page": (str(shared / "seed" / "CAR-2019-04-002.md"),),
        "yaml": (str(shared / "car" / "analytics" / "CAR-2019-04-002.yaml"),),
    }
    cases = truth["events"]
    run = hunt_over([case["event"] for case in cases], analytics=references[document])
    names = cases[0]["expect"].keys()
    assert len(cases) == 27
    assert len(names) == 6
    for name in names:
        expected = {case["id"] for case in cases if case["expect"][name]}
        assert {cases[int(record) - 1]["id"] for record in matched(run, name)} == expected, name


def reported(
    hunt_over: Hunt, truth: dict[str, Any], earlier: list[dict[str, Any]], main: dict[str, Any], reading: str
) -> bool:
    new_items = truth["new_items"]
    events = [*(MAIN | one for one in earlier), MAIN | main]
    run = hunt_over(events, now=new_items["now"], tz=new_items["tz"], reading=reading)
    return str(len(events)) in matched(run, NEW_ITEMS)


@pytest.mark.parametrize("reading", ["published", "corrected"])
def test_new_items_at_every_border_of_the_baseline(
    truth: dict[str, Any], hunt_over: Hunt, reading: str
) -> None:
    main = {"time": truth["new_items"]["main_event"]["time"], "CommandLine": "c"}
    for case in truth["new_items"]["cases"]:
        earlier = {"time": case["earlier"], "CommandLine": "c"}
        assert reported(hunt_over, truth, [earlier], main, reading) == case[reading], case


@pytest.mark.parametrize("reading", ["published", "corrected"])
def test_new_items_at_the_edges_of_the_main_window(
    truth: dict[str, Any], hunt_over: Hunt, reading: str
) -> None:
    for edge in truth["new_items"]["main_window_edges"]:
        assert (
            reported(hunt_over, truth, [], {"time": edge["time"], "CommandLine": "c"}, reading) == edge["in"]
        ), edge


@pytest.mark.parametrize(
    ("reading", "days_before"), [("published", 45), ("corrected", 10)], ids=["published", "corrected"]
)
def test_what_the_baseline_compares(
    truth: dict[str, Any], hunt_over: Hunt, reading: str, days_before: int
) -> None:
    now = datetime.fromisoformat(truth["new_items"]["now"])
    main_time = truth["new_items"]["main_event"]["time"]
    before = (now - timedelta(days=days_before)).isoformat()

    def new(old: dict[str, Any], main: dict[str, Any]) -> bool:
        return reported(hunt_over, truth, [{"time": before} | old], {"time": main_time} | main, reading)

    assert not new({"CommandLine": "CMD /C X"}, {"CommandLine": "cmd /c x"})
    assert not new({"CommandLine": "cmd /c del *"}, {"CommandLine": r"cmd /c del C:\x"})
    assert new({"CommandLine": "cmd /c del"}, {"CommandLine": r"cmd /c del C:\x"})
    assert new({}, {"CommandLine": "c"})
    assert new({"CommandLine": "c"}, {})
    assert reported(hunt_over, truth, [], {"time": main_time, "CommandLine": "c"}, reading)


@pytest.mark.parametrize("reading", ["published", "corrected"])
def test_the_windows_are_printed(truth: dict[str, Any], hunt_over: Hunt, reading: str) -> None:
    new_items = truth["new_items"]
    run = hunt_over([MAIN], now=new_items["now"], tz=new_items["tz"], reading=reading)
    result = next(one for one in run.analytics[0].implementations if one.name == NEW_ITEMS)
    found = {one.role: [one.earliest, one.latest] for one in result.windows}
    expected = new_items["windows"][reading]
    assert found == {
        role: [datetime.fromisoformat(time) for time in times] for role, times in expected.items()
    }


def test_grouping_is_by_exact_text(hunt_over: Hunt) -> None:
    spellings = [
        r"C:\Windows\System32\cmd.exe",
        r"C:\Windows\System32\cmd.exe",
        r"C:\WINDOWS\SYSTEM32\CMD.EXE",
    ]
    events = [
        MAIN | {"Image": image, "ParentCommandLine": "r", "CommandLine": str(n)}
        for n, image in enumerate(spellings)
    ]
    run = hunt_over(events)
    table = next(
        one.table for one in run.analytics[0].implementations if one.name == "Spawning child processes"
    )
    assert table is not None
    assert table.columns == ("Image", "Computer Name", "Parent Command Line", "ImageCount")
    assert table.rows == (
        (spellings[2], ("H1",), ("r",), 1),
        (spellings[0], ("H1",), ("r",), 2),
    )
