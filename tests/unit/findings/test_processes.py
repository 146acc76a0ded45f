"""When a Sysmon 1 and a 4688 are one process."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from msgspec.structs import replace

from carhound.findings.processes import Processes
from carhound.model.event import Event, RawEvent
from carhound.normalize.normalizer import Normalizer

NOON = datetime(2024, 6, 14, 12, tzinfo=UTC)
CMD = r"C:\Windows\System32\cmd.exe"
SYSMON, SECURITY = "Microsoft-Windows-Sysmon", "Microsoft-Windows-Security-Auditing"


def event(provider: str, number: str, data: dict[str, Any], seconds: float, **header: Any) -> Event:
    time = NOON + timedelta(seconds=seconds)
    raw = RawEvent(provider, None, number, "ws1.example.org", "7", time, data, {}, "line 1")
    return Normalizer().event(replace(raw, **header), "a.json", "nxlog")


def sysmon(seconds: float = 0, pid: str = "5648", image: str = CMD, **header: Any) -> Event:
    return event(SYSMON, "1", {"ProcessId": pid, "Image": image}, seconds, **header)


def creation(seconds: float = 0, pid: str = "0x1610", image: str = CMD, **header: Any) -> Event:
    return event(SECURITY, "4688", {"NewProcessId": pid, "NewProcessName": image}, seconds, **header)


def is_one(one: Event, other: Event) -> bool:
    answers = {
        Processes(order).standing(other) is one for order in ([one, other], [other, one], [other, one, one])
    }
    assert len(answers) == 1, "the order of arrival makes a difference"
    return answers.pop()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (sysmon(), creation(), True),
        (sysmon(), creation(2), True),
        (sysmon(2), creation(), True),
        (sysmon(), creation(2.001), False),
        (sysmon(), creation(computer="WS1"), True),
        (sysmon(computer="WS1.other.org"), creation(computer="ws1"), True),
        (sysmon(), creation(computer="ws10"), False),
        (sysmon(), creation(computer=None), False),
        (sysmon(), creation(image=CMD.upper()), True),
        (sysmon(), creation(image=r"C:\Windows\SysWOW64\cmd.exe"), False),
        (sysmon(), creation(pid="5648"), True),
        (sysmon(), creation(pid="0x1611"), False),
        (sysmon(), creation(time=None), False),
        (sysmon(time=None), creation(), False),
        (sysmon(event_id="5"), creation(), False),
        (sysmon(), creation(event_id="4689"), False),
        (sysmon(), sysmon(1), False),
        (creation(), creation(1), False),
    ],
)
def test_host_process_id_path_and_time_decide(one: Event, other: Event, same: bool) -> None:
    assert is_one(one, other) is same


def test_the_nearest_in_time_is_the_one_in_every_order_of_arrival() -> None:
    first, second, other = sysmon(0), sysmon(1.5), creation(1)
    for order in permutations((first, second, other)):
        processes = Processes(order)
        assert processes.standing(other) is second
        assert processes.records(second) == [second, other]
        assert processes.records(first) == [first]


def test_each_process_is_counted_once_in_the_order_given() -> None:
    one, other, alone = sysmon(), creation(), creation(60)
    processes = Processes([one, other, alone])
    assert processes.distinct([alone, other, one]) == [alone, one]


def test_several_records_of_the_log_may_be_of_one_process() -> None:
    one, others = sysmon(), [creation(0.1), creation(0.2, record_id="8")]
    for order in (others, others[::-1]):
        processes = Processes([*order, one])
        assert processes.records(one)[1:] == sorted(others, key=Event.identity)
