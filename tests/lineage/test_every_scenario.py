"""The tree around every process of every bundled scenario, against what the scenario's file tells."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from carhound.findings.lineage.build import Lineages
from carhound.findings.lineage.events import process_of, told
from carhound.findings.lineage.log import ProcessLog
from carhound.findings.lineage.tree import Process
from carhound.model.event import Event
from carhound.simulate.scenario import bundled

from .stories import Told, ancestors, story
from .telling import line, read


@pytest.mark.parametrize("security", [True, False], ids=["with-security-log", "sysmon-only"])
@pytest.mark.parametrize("name", bundled())
def test_the_tree_of_every_process_is_what_happened(
    name: str, security: bool, evidence: Callable[..., Path]
) -> None:
    told_story = story(name)
    logged = read(evidence(name, security=security))
    starts = starts_of(told_story, logged)
    with ProcessLog() as log:
        for event in logged:
            if (one := told(event)) is not None:
                log.add(one)
        log.settle()
        abouts = {key: process_of(event) for key, event in starts.items()}
        lineages = Lineages(log, [(key, who) for key, who in abouts.items() if who is not None])
        for key, who in abouts.items():
            assert who is not None
            tree = lineages.tree(who)
            assert tree is not None
            way = line(tree)
            above = ancestors(key, told_story)
            assert [one.findings for one in way] == [(), *((one,) for one in above), (key,)]
            resident = way[0]
            assert not resident.logged
            assert resident.started is None
            assert resident.image is not None
            assert [one.logged for one in way[1:]] == [True] * (len(above) + 1)
            check(way[-1], key, told_story)


def starts_of(processes: dict[str, Told], logged: list[Event]) -> dict[str, Event]:
    """The Sysmon 1 of each process; those that say the same are told in the order of time."""
    waiting: dict[tuple[object, object], list[Event]] = {}
    for event in logged:
        if event.event_id == "1":
            waiting.setdefault((event.data["Image"], event.data["CommandLine"]), []).append(event)
    return {key: waiting[one.image, one.command_line].pop(0) for key, one in processes.items()}


def check(process: Process, key: str, processes: dict[str, Told]) -> None:
    one = processes[key]
    assert (process.image, process.command_line) == (one.image, one.command_line)
    assert (process.ended is not None) == one.ends
    assert Counter((deed.kind, deed.what) for deed in process.deeds) == one.deeds
    assert process.deeds_left_out == process.children_left_out == 0
    really = one.copy_of.rpartition("\\")[2].lower() if one.copy_of else None
    assert process.true_name == really
    children = [name for name, other in processes.items() if other.parent == key]
    assert [child.findings for child in process.children] == [(name,) for name in children]
    for child, name in zip(process.children, children, strict=True):
        check(child, name, processes)
