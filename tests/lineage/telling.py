"""Events of processes written by hand, and the trees made of them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from carhound.findings.lineage.build import Lineages
from carhound.findings.lineage.events import process_of, told
from carhound.findings.lineage.log import ProcessLog
from carhound.findings.lineage.tree import Process, Tree
from carhound.model.event import Event, RawEvent
from carhound.normalize.normalizer import Normalizer
from carhound.readers.evidence import open_evidence

START = datetime(2024, 6, 14, 12, 0, tzinfo=UTC)
SYSMON = "Microsoft-Windows-Sysmon"
SECURITY = "Microsoft-Windows-Security-Auditing"


def sysmon(event_id: int, seconds: float, computer: str | None = "ws1.example.org", **data: str) -> Event:
    return _event(SYSMON, event_id, seconds, computer, data)


def started(
    guid: int, pid: int, image: str, parent: int | None, ppid: int, seconds: float, **more: str
) -> Event:
    """Sysmon 1. GUIDs are numbers here; None is no parent."""
    data = {
        "ProcessGuid": guid_of(guid),
        "ProcessId": str(pid),
        "Image": image,
        "CommandLine": f'"{image}"',
        "ParentProcessId": str(ppid),
        **({} if parent is None else {"ParentProcessGuid": guid_of(parent)}),
        **more,
    }
    computer = data.pop("computer", "ws1.example.org")
    return sysmon(1, seconds, computer, **data)


def audited(pid: int, image: str, ppid: int, parent_image: str, seconds: float, **more: str) -> Event:
    """Security 4688."""
    data = {
        "NewProcessId": hex(pid),
        "NewProcessName": image,
        "ProcessId": hex(ppid),
        "ParentProcessName": parent_image,
        "SubjectUserName": "bert",
        "SubjectDomainName": "EXAMPLE",
        **more,
    }
    return _event(SECURITY, 4688, seconds, data.pop("computer", "ws1.example.org"), data)


def audited_end(pid: int, seconds: float) -> Event:
    """Security 4689."""
    return _event(SECURITY, 4689, seconds, "ws1.example.org", {"ProcessId": hex(pid), "ProcessName": "x"})


def guid_of(number: int) -> str:
    return f"{{C1A8C5E4-1B2C-65F3-0100-{number:012X}}}"


def _event(provider: str, event_id: int, seconds: float, computer: str | None, data: dict[str, str]) -> Event:
    time = START + timedelta(seconds=seconds)
    raw = RawEvent(provider, None, str(event_id), computer, None, time, dict(data), {}, f"line {seconds}")
    return Normalizer().event(raw, "a.jsonl", "test")


def tree_of(events: Iterable[Event], focus: Event) -> Tree:
    """The tree around the process that `focus` is about, which need not be among the events."""
    with ProcessLog() as log:
        for event in events:
            if (one := told(event)) is not None:
                log.add(one)
        log.settle()
        who = process_of(focus)
        assert who is not None
        tree = Lineages(log).tree(who)
    assert tree is not None
    return tree


def line(tree: Tree) -> list[Process]:
    """From the root to the process of the finding."""
    way = [tree.root]
    for position in tree.focus:
        way.append(way[-1].children[position])
    return way


def everybody(process: Process) -> Iterator[Process]:
    yield process
    for child in process.children:
        yield from everybody(child)


def name(process: Process) -> str:
    return (process.image or "?").rpartition("\\")[2]


def read(*paths: Path) -> list[Event]:
    normalizer = Normalizer()
    return [
        normalizer.event(item, part.path, part.format or "")
        for part in open_evidence(map(str, paths))
        for item in part.items()
        if isinstance(item, RawEvent)
    ]
