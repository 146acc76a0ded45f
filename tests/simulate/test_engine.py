"""Records: their order, their identities, and what makes them the same again."""

import tracemalloc
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from random import Random

import pytest

from carhound.errors import ScenarioError, UsageError
from carhound.simulate.engine import events, simulation
from carhound.simulate.event import Simulated
from carhound.simulate.happenings import DAY, HOUR
from carhound.simulate.hours import Hours, on_times
from carhound.simulate.scenario import bundled, load
from carhound.simulate.windows import residents

SYSMON = "Microsoft-Windows-Sysmon/Operational"
NO_GUID = "{00000000-0000-0000-0000-000000000000}"
RUNNING = {one.image for one in residents()}
"""What runs before recording begins, and what has no creation that anybody could have recorded."""


@pytest.fixture(scope="module")
def fleet() -> list[Simulated]:
    """Eight days of two machines, with two stories, and with machines that start anew."""
    stories = [load("squiblydoo-url"), load("atomic-t1218.010-5-succeeds")]
    return list(events(stories, hosts=2, days=8, seed=11))


def test_the_same_seed_gives_the_same_records() -> None:
    def first(seed: int) -> list[Simulated]:
        return list(islice(events([load("squiblydoo-url")], hosts=2, days=2, seed=seed), 3000))

    assert first(1) == first(1)
    assert [one.data for one in first(1)] != [one.data for one in first(2)]


def test_records_come_in_the_order_of_time(fleet: list[Simulated]) -> None:
    assert all(one.time <= two.time for one, two in pairwise(fleet))
    assert all(one.time.tzinfo is UTC for one in fleet)


def test_record_ids_rise_by_one_in_every_log(fleet: list[Simulated]) -> None:
    last: dict[tuple[str, str], int] = {}
    for one in fleet:
        log = (one.computer, one.channel)
        assert one.record_id == last.get(log, one.record_id - 1) + 1
        last[log] = one.record_id
    assert len(last) == 4


def test_a_record_is_written_soon_after_the_fact(fleet: list[Simulated]) -> None:
    for one in fleet:
        if one.channel == SYSMON:
            fact = datetime.strptime(one.data["UtcTime"] + "+0000", "%Y-%m-%d %H:%M:%S.%f%z")
            assert timedelta(0) <= one.time - fact < timedelta(seconds=1)


def test_every_process_comes_from_one_that_was_recorded_or_ran_before(fleet: list[Simulated]) -> None:
    seen: set[tuple[str, str]] = set()
    before: dict[tuple[str, str], str] = {}
    for one in fleet:
        if one.channel != SYSMON:
            continue
        host = one.computer
        if one.event_id == 1:
            parent = (host, one.data["ParentProcessGuid"])
            if parent not in seen and parent[1] != NO_GUID:
                assert one.data["ParentImage"] in RUNNING
                assert before.setdefault(parent, one.data["ParentImage"]) == one.data["ParentImage"]
            own = (host, one.data["ProcessGuid"])
            assert own not in seen
            seen.add(own)
        elif (host, one.data["ProcessGuid"]) not in seen:
            assert one.data["Image"] in RUNNING
    assert len(before) < len(seen) / 50


def test_a_guid_tells_machine_and_time(fleet: list[Simulated]) -> None:
    machines = defaultdict(set)
    for one in fleet:
        if one.event_id == 1:
            machine, low, high, *_ = one.data["ProcessGuid"].strip("{}").split("-")
            machines[one.computer].add(machine)
            seconds = int(high + low, 16)
            assert (
                datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S") == one.data["UtcTime"][:19]
            )
    assert all(len(ones) == 1 for ones in machines.values())
    assert len({next(iter(ones)) for ones in machines.values()}) == 2


def test_process_ids_are_multiples_of_four_and_used_again_only_after_an_end(fleet: list[Simulated]) -> None:
    running: dict[tuple[str, str], str] = {}
    used: set[tuple[str, str]] = set()
    again = 0
    for one in fleet:
        if one.channel != SYSMON or one.event_id not in (1, 5):
            continue
        slot = (one.computer, one.data["ProcessId"])
        if one.event_id == 5:
            assert running.pop(slot, one.data["ProcessGuid"]) == one.data["ProcessGuid"]
            continue
        if one.data["Image"].endswith("\\smss.exe"):  # the machine has been started anew
            running = {key: guid for key, guid in running.items() if key[0] != one.computer}
        assert int(one.data["ProcessId"]) % 4 == 0
        assert slot not in running
        again += slot in used
        running[slot] = one.data["ProcessGuid"]
        used.add(slot)
    assert again > 1000


def test_the_same_file_has_the_same_hashes(fleet: list[Simulated]) -> None:
    hashes: dict[str, set[str]] = defaultdict(set)
    for one in fleet:
        if one.event_id in (1, 7):
            hashes[one.data["Image" if one.event_id == 1 else "ImageLoaded"].lower()].add(one.data["Hashes"])
    assert all(len(ones) == 1 for ones in hashes.values())
    assert hashes["c:\\windows\\system32\\cmd.exe"] != hashes["c:\\windows\\system32\\conhost.exe"]


def test_a_renamed_program_keeps_its_hashes_and_its_description() -> None:
    stories = [load("renamed-regsvr32"), load("respawn-64-to-32")]
    images = {one.data["Image"]: one.data for one in events(stories) if one.event_id == 1}
    renamed = images["C:\\Users\\Public\\Libraries\\msupd.exe"]
    real = images["C:\\Windows\\System32\\regsvr32.exe"]
    for field in ("Hashes", "OriginalFileName", "Description", "Company", "Product", "FileVersion"):
        assert renamed[field] == real[field]


def test_both_logs_tell_of_every_process(fleet: list[Simulated]) -> None:
    sysmon = [one for one in fleet if one.event_id == 1]
    audit = [one for one in fleet if one.event_id == 4688]
    key = [(one.computer, int(one.data["ProcessId"]), one.data["Image"]) for one in sysmon]
    assert sorted(key) == sorted(
        (one.computer, int(one.data["NewProcessId"], 16), one.data["NewProcessName"]) for one in audit
    )
    ended = sum(one.event_id == 5 for one in fleet)
    assert ended == sum(one.event_id == 4689 for one in fleet)


def test_sysmon_alone_is_the_same_without_the_security_log() -> None:
    both = [one for one in events([load("squiblydoo-url")]) if one.channel == SYSMON]
    alone = list(events([load("squiblydoo-url")], security=False))
    assert [one.data for one in alone] == [one.data for one in both]
    assert [one.record_id for one in alone] == [one.record_id for one in both]


def test_one_host_and_channel_are_what_they_are_among_all() -> None:
    planned = simulation([load("squiblydoo-url")], hosts=3, days=1, seed=4)
    host = planned.hosts[1].name
    among = [one.data for one in planned.records() if (one.computer, one.channel) == (host, SYSMON)]
    assert among
    assert [one.data for one in planned.records(hosts=[host], channels=[SYSMON])] == among


def test_working_hours_are_busier_than_nights_and_weekends(fleet: list[Simulated]) -> None:
    word: dict[bool, int] = defaultdict(int)
    for one in fleet:
        if one.event_id == 1 and one.data["Image"].endswith("WINWORD.EXE"):
            word[one.time.weekday() < 5 and 6 <= one.time.hour < 20] += 1
    assert word[True] > 20 * max(word[False], 1)


def test_no_story_falls_into_a_time_when_its_machine_is_off() -> None:
    lives = [
        (day * DAY + hour * HOUR, day * DAY + (hour + 3) * HOUR) for day, hour in ((3, 2), (4, 22), (9, 11))
    ]
    switched_off = 0
    for seed in range(300):
        chance = Random(seed)  # noqa: S311  # a story, no secret
        times = list(on_times(0, 14 * DAY, Hours.of(chance), lives, chance))
        assert times[0][0] == 0
        assert times[-1][1] == 14 * DAY
        assert all(begin < end for begin, end in times)
        for first, last in lives:
            assert any(begin <= first and last <= end for begin, end in times)
        switched_off += len(times) - 1
    assert switched_off > 300


def test_memory_does_not_grow_with_the_days() -> None:
    def peak(days: int) -> int:
        stream = events([], hosts=1, days=days, seed=2, security=False)
        for _ in islice(stream, 2000):
            pass
        tracemalloc.start()
        for _ in stream:
            pass
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(1)  # what is read once
    assert peak(3) < peak(1) + 1_000_000


def test_start_moves_a_story_to_the_moment() -> None:
    moment = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    first = next(iter(events([load("squiblydoo-url")], start=moment)))
    assert timedelta(0) <= first.time - moment < timedelta(seconds=1)


def test_with_background_a_story_is_told_on_the_last_day() -> None:
    start = datetime(2025, 1, 6, tzinfo=UTC)
    records = list(events([load("squiblydoo-url")], days=3, start=start, seed=1))
    assert start <= records[0].time < start + timedelta(hours=1)
    assert records[-1].time < start + timedelta(days=3, hours=1)
    story = [one for one in records if one.data.get("Image", "").endswith("regsvr32.exe")]
    assert {one.time.date() for one in story if "fonts.sct" in one.data.get("CommandLine", "")} == {
        datetime(2025, 1, 8, tzinfo=UTC).date()
    }


def test_background_may_be_shorter_than_the_story() -> None:
    records = list(events([load("new-items-windows")], hosts=3, days=2, seed=1))
    days = {one.time.date() for one in records if one.computer == "pc0001.example.org"}
    assert days == {datetime(2024, 6, 14, tzinfo=UTC).date(), datetime(2024, 6, 15, tzinfo=UTC).date()}
    assert records[0].time.date() == datetime(2024, 5, 1, tzinfo=UTC).date()


def test_scenarios_that_do_not_go_together() -> None:
    with pytest.raises(ScenarioError, match="given twice"):
        simulation([load("squiblydoo-url")] * 2)
    with pytest.raises(UsageError, match="nothing to simulate"):
        simulation([])


def test_all_scenarios_at_once() -> None:
    stories = [load(name) for name in bundled()]
    assert sum(1 for _ in events(stories, hosts=0)) > 300
