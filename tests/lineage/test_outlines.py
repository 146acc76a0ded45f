"""What a log tells that loads the outlines it is asked for, against one that has them all."""

import sys
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.findings.lineage.build import Lineages
from carhound.findings.lineage.events import Act, End, Outline, Who
from carhound.findings.lineage.kept import Kept
from carhound.findings.lineage.keys import guid_key
from carhound.findings.lineage.log import ProcessLog
from carhound.findings.lineage.outlines import Rows, packed
from carhound.findings.lineage.rows import Ref, outline_of

from .telling import guid_of

HOST = "ws1"
GUIDS = st.sampled_from([None, None, *(guid_of(number).strip("{}").lower() for number in range(1, 4))])
PIDS = st.sampled_from([None, "4", "4", "8"])
TIMES = st.sampled_from([None, *(second * 1_000_000 for second in (0, 0, 1, 2, 3, 6))])
IMAGES = st.sampled_from([None, "C:\\a.exe", "C:\\a.exe", "c:\\A.exe", "C:\\b.exe"])
FORMS = range(6)


def who_is(guid: str | None, pid: str | None, time: int | None) -> Who:
    return Who(HOST, guid, "4" if guid is None and pid is None else pid, time)


WHOS = st.builds(who_is, GUIDS, PIDS, TIMES)
STARTS = st.builds(
    lambda who, image, guid, pid: Outline(who, image, parent_guid=guid, parent_pid=pid),
    *(WHOS, IMAGES, GUIDS, PIDS),
)
EVENTS = st.lists(st.one_of(STARTS, STARTS, st.builds(End, WHOS)), min_size=1, max_size=12)


def log_of(rows: Rows, each: int) -> ProcessLog:
    log = ProcessLog()
    for at in range(0, len(rows), each):
        batch = packed(rows[at : at + each])
        assert batch is not None
        log.outlines.add([batch])
    log.settle()
    return log


def load_all(log: ProcessLog, rows: Rows) -> None:
    for key in {one for row in rows for one in row if isinstance(one, bytes)}:
        for form in FORMS:
            log.outlines.ask(key, form)
    log.load()


QUERIES: dict[str, Callable[[ProcessLog, Ref], object]] = {
    "itself": lambda _, ref: ref,
    "starts": lambda log, ref: log.starts(ref),
    "ended": lambda log, ref: log.ended(ref),
    "acts": lambda log, ref: log.acts(ref, 1, connections_first=False),
    "parents": lambda log, ref: [log.parent(known) for known in log.starts(ref)],
    "children": lambda log, ref: list(log.children(ref)),
    "who the children are": lambda log, ref: [log.ref_of(known) for known in log.children(ref)],
    "how they started": lambda log, ref: [log.starts(log.ref_of(known)) for known in log.children(ref)],
    "their parents": lambda log, ref: [log.parent(known) for known in log.children(ref)],
}


def answer(log: ProcessLog, who: Who, query: str) -> object:
    ref = log.find(who)
    return None if ref is None else QUERIES[query](log, ref)


def check(events: Sequence[Outline | End], who: Who, query: str) -> object:
    rows = [outline_of(one) for one in events]
    with log_of(rows, 5) as full, log_of(rows, 3) as log:
        load_all(full, rows)
        while log.outlines.lacks(lambda: answer(log, who, query)):
            log.load()
        found = answer(log, who, query)
        assert found == answer(full, who, query)
        return found


@settings(max_examples=150, deadline=None)
@given(EVENTS, WHOS, st.sampled_from(list(QUERIES)), st.data())
def test_what_is_asked_is_told_as_if_all_were_there(
    events: list[Outline | End], other: Who, query: str, data: st.DataObject
) -> None:
    check(events, data.draw(st.sampled_from([other, *(one.who for one in events)])), query)


@settings(max_examples=300, deadline=None)
@given(EVENTS)
def test_children_are_those_of_whom_a_process_is_the_parent(events: list[Outline | End]) -> None:
    rows = [outline_of(one) for one in events]
    with log_of(rows, 5) as log:
        load_all(log, rows)
        lineages = Lineages(log)
        for ref in filter(None, (log.find(one.who) for one in events)):
            met = dict.fromkeys(log.ref_of(known) for known in log.children(ref))
            assert list(lineages._children(ref)) == [
                child for child in met if child != ref and lineages._parent(child) == ref
            ]


def test_the_record_of_the_other_sensor_is_known() -> None:
    first = Who(HOST, guid_of(1), "2", 0)
    events = [
        Outline(first),
        Outline(Who(HOST, guid_of(2), "4", 1_000_000), "C:\\a.exe", parent_guid=first.guid),
        Outline(Who(HOST, None, "4", 1_000_000), "C:\\a.exe"),
    ]
    ((*starts,),) = check(events, first, "how they started")  # type: ignore[misc]
    assert len(starts) == 2


def test_a_twin_is_known_that_names_another_parent() -> None:
    (one, two, three), image = [guid_of(number).strip("{}").lower() for number in (1, 2, 3)], "C:\\a.exe"
    events = [
        Outline(Who(HOST, one, "4", 0)),
        Outline(Who(HOST, None, "8", 1_000_000), image, parent_pid="4"),
        Outline(Who(HOST, two, "8", 2_000_000), image, parent_guid=three),
    ]
    (child,) = check(events, events[0].who, "who the children are")  # type: ignore[misc]
    assert child.guid == guid_key(events[2].who)


@pytest.mark.parametrize(
    "end", [End(Who(HOST, None, "4", 3_000_000)), Outline(Who(HOST, guid_of(9), "4", 3_000_000))]
)
def test_who_has_the_process_id_later_is_known(end: Outline | End) -> None:
    first = Who(HOST, guid_of(1), "4", 0)
    child = Outline(Who(HOST, guid_of(2), "8", 6_000_000), parent_pid="4")
    assert check([Outline(first), end, child], first, "children") == []
    assert check([Outline(first), child], first, "children") != []


def test_deeds_of_one_moment_have_the_same_order_in_whatever_process_they_were_told() -> None:
    """How a text is packed depends on whether others hold it too."""
    who = Who(HOST, guid_of(1).strip("{}").lower(), "4", 0)
    told = []
    for kept in range(2):
        with ProcessLog() as log:
            for number in range(8):
                what = f"C:\\{number}.dll"
                what = sys.intern(what) if number % 2 == kept else what
                log.add(Act(who, "module", "7", what, "", False, None, None, None, "a.evtx", "1"))
            log.settle()
            told.append(log.acts(Ref(None, guid_key(who), None), 8, connections_first=False))
    assert told[0][1] == 8
    assert told[0] == told[1]


def test_deeds_of_one_moment_are_in_the_order_of_their_records() -> None:
    who = Who(HOST, guid_of(1).strip("{}").lower(), "4", 0)
    order = (9, 10, 2, 101)
    with ProcessLog() as log:
        for number in order:
            log.add(
                Act(who, "module", "7", f"{number}.dll", "", False, None, None, None, "a", f"item {number}")
            )
        log.settle()
        few, count = log.acts(Ref(None, guid_key(who), None), 3, connections_first=False)
    assert ([one.what for one in few], count) == (["2.dll", "9.dll", "10.dll"], 4)


def test_nothing_is_loaded_that_nobody_asked_for() -> None:
    whos = [Who(HOST, guid_of(number).strip("{}").lower(), str(number), 0) for number in range(1, 2000)]
    rows = [outline_of(Outline(who, parent_guid=whos[0].guid)) for who in whos]
    with log_of(rows, 100) as log:
        assert log.outlines.lacks(lambda: log.find(whos[7]))
        log.load()
        assert not log.outlines.lacks(lambda: log.find(whos[7]))
        found = log.find(whos[7])
        assert found is not None
        assert [known.start.who.guid for known in log.starts(found)] == [whos[7].guid]
        assert log.outlines.lacks(lambda: log.find(whos[8]))
        assert log.find(whos[8]) == Ref(None, rows[8][0], None)


def test_an_answer_is_kept_once_nothing_lacked_and_lacks_for_everyone_until_then() -> None:
    whos = [Who(HOST, guid_of(number).strip("{}").lower(), str(number), 0) for number in range(1, 9)]
    rows = [outline_of(Outline(who)) for who in whos]
    asked: list[Ref] = []
    with log_of(rows, 100) as log:

        def ask(ref: Ref) -> Ref | None:
            asked.append(ref)
            return log.find(whos[0])

        kept = Kept(log.outlines, ask, 3)
        first = Ref(0, rows[0][0], rows[0][1])
        assert log.outlines.lacks(lambda: kept(first))
        assert log.outlines.lacks(lambda: kept(first))
        assert len(asked) == 1
        log.load()
        assert not log.outlines.lacks(lambda: kept(first))
        found = kept(first)
        assert found is not None
        assert found.start is not None
        assert len(asked) == 2
        for number in range(1, 4):
            kept(first._replace(start=number))
        kept(first)
    assert len(asked) == 6  # as many are kept as were said, not more
