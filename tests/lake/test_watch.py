"""The alerting run over a fleet: each finding once, whatever happens on the way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from carhound.alerts.delivery import Sink
from carhound.alerts.json_lines import JsonLinesFile
from carhound.alerts.ledger import Ledger
from carhound.alerts.webhook import Webhook
from carhound.errors import LakeError, LedgerError
from carhound.findings.watched import Watched
from carhound.model.event import RawEvent
from carhound.pipeline.alerting.watch import WatchRequest, watch

from ..alerts.receiver import receiver
from ..forked import forked_python
from .fleet import HOSTS, INCIDENT, INCIDENT_DAY, Filling, at, days, name, started
from .variants import alerts

ROOT = Path(__file__).parents[2]
SEEDS = int(os.environ.get("CARHOUND_FLEETS", "1"))


class Watcher:
    """A lake, and a file that alerts go to."""

    def __init__(self, folder: Path) -> None:
        self.asked: dict[str, Any] = {}
        self.filling = Filling(folder / "lake")
        self.lake = self.filling.folder
        self.file = folder / "alerts.jsonl"

    def run(self, day: int = 70, sinks: Sequence[Sink] | None = None, **asked: Any) -> Watched:
        request = WatchRequest(str(self.lake), **self.asked | asked)
        return watch(request, [JsonLinesFile(self.file)] if sinks is None else sinks, at(day))

    def sent(self) -> list[tuple[str, str]]:
        """Day and key of every alert in the file."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return [(one["day"], one["key"]) for one in map(json.loads, lines)]


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    return Watcher(tmp_path)


@pytest.fixture
def searching(watcher: Watcher, tmp_path: Path) -> Watcher:
    """One that asks a single search, where what an analytic says is no matter."""
    search = tmp_path / "search.spl"
    search.write_text("EventCode=1 ParentImage=*regsvr32.exe")
    watcher.asked = {"analytics": (str(search),)}
    return watcher


def line(day: int, text: str, number: int = 1, host: str = HOSTS[0]) -> RawEvent:
    return started(at(day), host, text, number)


def test_the_incident_is_alerted_once_on_its_day(watcher: Watcher) -> None:
    """Run daily in the weeks around it; what recurs was alerted when it was first seen, and not again."""
    fleet = list(days(seed=1))
    first = 63
    watcher.filling.add(event for day in fleet[first - 30 : first] for event in day)
    watcher.run(first, from_now=True)
    seen = {str(event.data["CommandLine"]) for day in fleet[first - 30 : first] for event in day}
    for day in range(first, 68):
        watcher.filling.add(fleet[day], f"{day}.evtx")
        watched = watcher.run(day + 1)
        fresh = {str(event.data["CommandLine"]) for event in fleet[day]} - seen
        assert {key for when, key in watcher.sent() if when == name(day)} == fresh
        assert watched.new == len(fresh)
        seen |= fresh
    assert [day for day, key in watcher.sent() if key == INCIDENT] == [name(INCIDENT_DAY)]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_incident_is_alerted_in_every_fleet(seed: int) -> None:
    found = alerts(seed)
    assert [day for day, key in found if key == INCIDENT] == [name(INCIDENT_DAY)]


@pytest.mark.parametrize(("reading", "new"), [("corrected", []), ("published", [name(65)])])
def test_the_hole_of_the_published_baseline(watcher: Watcher, reading: Any, new: list[str]) -> None:
    """What was seen ten days before is new to the published text: its baseline ends 29 days before."""
    watcher.filling.add([line(55, "known", 1), line(65, "known", 2)])
    watcher.run(70, reading=reading)
    with Ledger(watcher.lake / "ledger.sqlite") as ledger:
        told = [one.day for one in ledger.alerts() if "New items since last month" in one.implementations]
    assert sorted(told) == [name(55), *new]


def test_the_same_batch_twice_and_late_arrivals(searching: Watcher) -> None:
    fleet = [line(65, "a", 1), line(65, "b", 2)]
    searching.filling.add(fleet)
    assert searching.run(66).new == 2
    searching.filling.add(fleet, "again.evtx")
    assert searching.run(66).days == ()
    searching.filling.add([line(60, "late", 3), line(60, "a", 4), line(66, "a", 5), line(65, "b", 6)])
    late = searching.run(67)
    assert (late.new, late.known, late.days) == (2, 1, (name(60), name(65), name(66)))
    assert sorted(searching.sent()) == [(name(60), "a"), (name(60), "late"), (name(65), "a"), (name(65), "b")]
    with Ledger(searching.lake / "ledger.sqlite") as ledger:
        assert {one.key: one.count for one in ledger.alerts() if one.day == name(65)} == {"a": 1, "b": 2}


def test_each_event_is_recorded_once(
    watcher: Watcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of searches whose window holds an event on several days, or on all."""
    search = tmp_path / "long.spl"
    search.write_text("EventCode=1 ParentImage=*regsvr32.exe earliest=-3d@d latest=now")
    absolute = tmp_path / "absolute.spl"
    absolute.write_text('EventCode=1 ParentImage=*regsvr32.exe earliest="01/01/2024:00:00:00"')
    taken = []
    record = Ledger.record

    def recording(self: Ledger, sightings: Any, *rest: Any) -> Any:
        taken.extend(listed := list(sightings))
        return record(self, listed, *rest)

    monkeypatch.setattr(Ledger, "record", recording)
    watcher.filling.add([line(day, str(day), day) for day in (60, 61, 62, 65)])
    for key in ((), ("Nowhere",)):
        watcher.run(70, analytics=(str(search), str(absolute)), key=key)
    pairs = [(one.analytic, one.event) for one in taken]
    assert len(pairs) == len(set(pairs)) == 8
    assert {one.day for one in taken} == {name(60), name(61), name(62), name(65)}


def test_a_deleted_ledger_and_a_deleted_history(searching: Watcher) -> None:
    searching.filling.add([line(65, "a", 1)])
    searching.run()
    for path in searching.lake.glob("history.sqlite*"):
        path.unlink()
    assert searching.run().new == 0
    for path in searching.lake.glob("ledger.sqlite*"):
        path.unlink()
    assert searching.run().new == 1
    assert searching.sent() == [(name(65), "a")], "the file has it already"


def test_from_now(searching: Watcher) -> None:
    searching.filling.add([line(65, "old", 1)])
    assert searching.run(from_now=True).new == 0
    searching.filling.add([line(65, "new", 2)])
    assert searching.run().new == 1
    assert searching.sent() == [(name(65), "new")]


def test_suppressions(searching: Watcher, tmp_path: Path) -> None:
    file = tmp_path / "suppressions.yaml"
    entry = "  - match: {CommandLine: quiet}\n    reason: tested\n    owner: alice\n    expires: 2999-12-31\n"
    file.write_text("suppressions:\n" + entry)
    searching.filling.add([line(65, "quiet", 1), line(65, "loud", 2)])
    watched = searching.run(suppress=str(file))
    assert (watched.new, watched.suppressed) == (1, 1)
    assert searching.sent() == [(name(65), "loud")]


def test_a_webhook_that_is_down_then_up(searching: Watcher) -> None:
    searching.filling.add([line(65, "a", 1)])
    with receiver() as at_hand:
        url = at_hand.url
    down = Webhook(url, sleep=lambda _: None)
    watched = searching.run(sinks=[down])
    assert watched.exit_status == 4
    assert [one.waiting for one in watched.handed] == [1]
    other = searching.run()
    assert other.exit_status == 0
    assert any(
        "1 alert of earlier runs still wait" in remark and "webhook" in remark for remark in other.remarks
    )
    with receiver() as again:
        assert searching.run(sinks=[Webhook(again.url)]).exit_status == 0
        searching.run(sinks=[Webhook(again.url)])
        assert [json.loads(one.body)["key"] for one in again.got] == ["a"]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_run_killed_between_deciding_and_sending(watcher: Watcher) -> None:
    watcher.filling.add([line(65, "a", 1), line(65, "b", 2)])
    dying = (
        "import os, sys; from pathlib import Path\n"
        "import carhound.pipeline.alerting.watch as watching\n"
        "from carhound.alerts.json_lines import JsonLinesFile\n"
        "watching.deliver = lambda *_: os.kill(os.getpid(), 9)\n"
        "watching.watch(watching.WatchRequest(sys.argv[1]), [JsonLinesFile(Path(sys.argv[2]))])\n"
    )
    words = [*forked_python(), "-c", dying, str(watcher.lake), str(watcher.file)]
    assert subprocess.run(words, check=False, timeout=60).returncode == -signal.SIGKILL
    assert watcher.sent() == []
    assert watcher.run().new == 0
    assert sorted(watcher.sent()) == [(name(65), "a"), (name(65), "b")]


def test_two_runs_at_once(searching: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carhound.alerts.ledger_file._BUSY_SECONDS", 0.1)
    searching.filling.add([line(65, "a", 1)])
    with Ledger(searching.lake / "ledger.sqlite"), pytest.raises(LedgerError, match="in use by another run"):
        searching.run()
    assert searching.run().new == 1


def test_a_clock_that_went_back(searching: Watcher) -> None:
    searching.filling.add([line(65, "a", 1)])
    searching.run(66)
    searching.filling.add([line(65, "b", 2)])
    watched = searching.run(40)
    assert watched.new == 1
    assert watched.clock_back is not None


def test_a_lake_older_than_its_ledger(searching: Watcher) -> None:
    searching.filling.add([line(65, "a", 1)])
    with Ledger(searching.lake / "ledger.sqlite") as ledger:
        ledger.record((), 5, (), at(66))
    with pytest.raises(LakeError, match="looked at batch 5, and the lake ends with 1"):
        searching.run()


def test_what_cannot_be_evaluated_is_told(watcher: Watcher, tmp_path: Path) -> None:
    broken = tmp_path / "broken.spl"
    broken.write_text("EventCode=1 | notacommand")
    fine = tmp_path / "fine.spl"
    fine.write_text("EventCode=1 ParentImage=*regsvr32.exe")
    timeless = replace(line(65, "when", 2), time=None)
    del timeless.data["UtcTime"]
    watcher.filling.add([line(65, "a", 1), timeless])
    watched = watcher.run(analytics=(str(broken), str(fine)))
    assert watched.new == 1
    assert any("broken" in one and "was not evaluated: " in one for one in watched.remarks)
    assert any("1 matches without a time" in one for one in watched.remarks)
    assert (
        f"what looks new on {HOSTS[0]} may be old: it sent nothing on 30 of the 30 days before"
        in watched.remarks
    )
