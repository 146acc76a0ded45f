"""Which process is meant, who started it and what it started, in evidence that does not make it easy."""

import pytest

from carhound.findings.lineage.build import ANCESTORS, DEEDS, DEPTH, NODES

from .telling import (
    audited,
    audited_end,
    everybody,
    guid_of,
    line,
    name,
    started,
    sysmon,
    tree_of,
)

CMD, REGSVR32, CALC = (f"C:\\Windows\\System32\\{one}.exe" for one in ("cmd", "regsvr32", "calc"))
EXPLORER = "C:\\Windows\\explorer.exe"


def test_a_parent_that_was_never_logged_is_made_of_what_its_children_say() -> None:
    said = {"ParentImage": EXPLORER, "ParentCommandLine": "explorer", "ParentUser": "EXAMPLE\\bert"}
    first = started(2, 200, CMD, 1, 100, 0, **said)
    second = started(3, 204, CALC, 1, 100, 5)
    for focus in (first, second):
        tree = tree_of([first, second], focus)
        assert not tree.root.logged
        assert (tree.root.image, tree.root.command_line) == (EXPLORER, "explorer")
        assert (tree.root.user, tree.root.pid, tree.root.started) == ("EXAMPLE\\bert", "100", None)
        assert tree.root.guid == guid_of(1).strip("{}").lower()
        assert tree.root.children_left_out == 1
        assert tree.focus == (0,)


def test_children_of_a_process_that_was_never_logged_share_it() -> None:
    parent = sysmon(7, 3, ProcessGuid=guid_of(1), ProcessId="100", Image=REGSVR32, ImageLoaded="C:\\x.dll")
    children = [started(number, 4 * number, CALC, 1, 100, number) for number in (5, 6, 7)]
    tree = tree_of([parent, *children], parent)
    assert (tree.focus, tree.root.logged, tree.root.image) == ((), False, REGSVR32)
    assert [child.pid for child in tree.root.children] == ["20", "24", "28"]
    assert [deed.what for deed in tree.root.deeds] == ["C:\\x.dll"]


def test_a_parent_of_which_many_others_say_what_does_not_count_is_in_the_tree() -> None:
    """Records of one start that contradict each other: the first one says who the parent is."""
    others = [
        started(10 + number, 300 + number, CMD, parent, 100 * parent, number / 10)
        for parent in (9, 1)
        for number in range(30)
    ]
    focus = started(2, 200, CALC, 1, 100, 5)
    tree = tree_of([*others, focus], focus)
    parent, child = line(tree)
    assert (parent.guid, parent.logged, parent.image) == (guid_of(1).strip("{}").lower(), False, None)
    assert name(child) == "calc.exe"


def test_a_process_id_given_out_again_is_another_process() -> None:
    events = [
        audited(500, CMD, 100, EXPLORER, 0),
        audited(504, CALC, 500, CMD, 1),
        audited_end(500, 10),
        audited(500, REGSVR32, 100, EXPLORER, 20),
        audited(508, CALC, 500, REGSVR32, 21),
    ]
    first, second = tree_of(events, events[1]), tree_of(events, events[4])
    assert [name(one) for one in line(first)] == ["explorer.exe", "cmd.exe", "calc.exe"]
    assert [name(one) for one in line(second)] == ["explorer.exe", "regsvr32.exe", "calc.exe"]
    assert [one.children_left_out for one in line(first)[1:]] == [0, 0]
    assert line(first)[1].ended is not None
    assert line(second)[1].ended is None


def test_a_process_that_had_ended_started_nothing() -> None:
    """Its id was given to one whose start was not logged."""
    events = [
        audited(500, CMD, 100, EXPLORER, 0),
        audited_end(500, 10),
        audited(504, CALC, 500, REGSVR32, 60),
    ]
    tree = tree_of(events, events[2])
    assert [(name(one), one.logged) for one in line(tree)] == [("regsvr32.exe", False), ("calc.exe", True)]


def test_unlogged_processes_with_one_id_are_told_apart_by_ends() -> None:
    events = [
        audited(504, CALC, 500, CMD, 0),
        audited(508, CALC, 500, CMD, 1),
        audited_end(500, 10),
        audited(512, CALC, 500, REGSVR32, 60),
    ]
    early, late = tree_of(events, events[0]), tree_of(events, events[3])
    assert (name(early.root), early.root.children_left_out) == ("cmd.exe", 1)
    assert (name(late.root), late.root.children_left_out) == ("regsvr32.exe", 0)
    assert early.root.ended is not None


def test_hosts_with_the_same_process_ids_are_kept_apart() -> None:
    events = [
        audited(500, image, 100, EXPLORER, 0, computer=host)
        for host, image in (("ws1.example.org", CMD), ("ws2.example.org", REGSVR32))
    ]
    child = audited(504, CALC, 500, CMD, 1, computer="WS2")
    tree = tree_of([*events, child], child)
    assert [name(one) for one in line(tree)] == ["explorer.exe", "regsvr32.exe", "calc.exe"]


def test_the_two_records_of_one_start_are_one_process() -> None:
    both = [started(2, 200, CMD, 1, 100, 0.5), audited(200, CMD.upper(), 100, EXPLORER, 0)]
    child = [audited(204, CALC, 200, CMD, 5), started(3, 204, CALC, 2, 200, 5.2)]
    for focus in child:
        tree = tree_of([*both, *child], focus)
        assert [name(one) for one in line(tree)] == ["?", "cmd.exe", "calc.exe"]
        assert sum(1 for _ in everybody(tree.root)) == 3
        assert [one.children_left_out for one in line(tree)] == [0, 0, 0]
        assert line(tree)[1].guid == guid_of(2).strip("{}").lower()
        assert line(tree)[1].user == "EXAMPLE\\bert"  # only the Security log tells here


def test_deeds_of_sysmon_belong_to_a_process_that_the_security_log_tells_of() -> None:
    start = audited(200, REGSVR32, 100, EXPLORER, 0)
    load = sysmon(7, 1, ProcessGuid=guid_of(2), ProcessId="200", Image=REGSVR32, ImageLoaded="C:\\x.dll")
    child = started(3, 204, CALC, 2, 200, 2)
    tree = tree_of([start, load, child], child)
    assert [name(one) for one in line(tree)] == ["explorer.exe", "regsvr32.exe", "calc.exe"]
    assert [deed.what for deed in line(tree)[1].deeds] == ["C:\\x.dll"]
    assert [name(one) for one in tree_of([start, load, child], load).root.children] == ["regsvr32.exe"]


def test_deeds_without_a_guid_belong_to_who_has_the_process_id_then() -> None:
    start = started(2, 200, REGSVR32, 1, 100, 0)
    again = started(9, 200, CMD, 1, 100, 50)
    loads = [
        sysmon(7, at, ProcessId="200", Image=image, ImageLoaded=f"C:\\{at}.dll")
        for at, image in ((1, REGSVR32), (51, CMD))
    ]
    for focus, load in zip((start, again), loads, strict=True):
        for asked in (focus, load):
            found = line(tree_of([start, again, *loads], asked))[-1]
            assert [deed.what for deed in found.deeds] == [load.data["ImageLoaded"]]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_process_that_is_its_own_ancestor_ends_the_line(length: int) -> None:
    events = [
        started(number, 100 + number, CMD, (number + 1) % length, 100 + (number + 1) % length, number)
        for number in range(length)
    ]
    tree = tree_of(events, events[0])
    assert len(line(tree)) == length
    assert line(tree)[-1].pid == "100"
    assert not tree.cut


def test_long_lines_are_cut_and_say_so() -> None:
    events = [started(number, number, CMD, number - 1, number - 1, number) for number in range(1, 60)]
    tree = tree_of(events, events[40])
    assert tree.cut
    assert [one.pid for one in line(tree)] == [str(number) for number in range(41 - ANCESTORS, 42)]
    below = list(everybody(line(tree)[-1]))
    assert len(below) == DEPTH + 1
    assert below[-1].children_left_out == 1
    whole = tree_of(events, events[ANCESTORS - 1])
    assert not whole.cut
    assert not whole.root.logged


def test_of_thousands_of_children_some_are_shown_and_the_rest_counted() -> None:
    parent = started(1, 100, CMD, None, 4, 0)
    children = [started(1000 + number, 1000 + number, CALC, 1, 100, 1 + number) for number in range(3000)]
    tree = tree_of([*children, parent], parent)
    focus = line(tree)[-1]
    assert [child.pid for child in focus.children] == [str(1000 + number) for number in range(NODES)]
    assert focus.children_left_out == 3000 - NODES
    near = tree_of([*children, parent], children[7])
    assert line(near)[-2].children_left_out == 2999


def test_of_many_deeds_the_suspicious_ones_are_kept() -> None:
    start = started(1, 100, REGSVR32, None, 4, 0)
    who = {"ProcessGuid": guid_of(1), "ProcessId": "100", "Image": REGSVR32}
    files = [sysmon(11, 1 + at, TargetFilename=f"C:\\{at}.txt", **who) for at in range(200)]
    unsigned = sysmon(7, 900, ImageLoaded="C:\\Users\\b\\x.dll", Signed="false", **who)
    inside = sysmon(7, 901, ImageLoaded="C:\\Windows\\System32\\y.dll", Signed="false", **who)
    connected = sysmon(3, 902, DestinationIp="2001:db8::7", DestinationPort="443", Initiated="true", **who)
    focus = line(tree_of([connected, inside, unsigned, *files, *files, start], start))[-1]
    assert [deed.what for deed in focus.deeds if deed.suspicious] == [
        "C:\\Users\\b\\x.dll",
        "[2001:db8::7]:443",
    ]
    assert len(focus.deeds) == DEEDS
    assert focus.deeds_left_out == 203 - DEEDS
    assert list(focus.deeds) == sorted(focus.deeds, key=lambda deed: str(deed.time))


def test_deeds_are_told_in_words() -> None:
    who = {"ProcessGuid": guid_of(1), "ProcessId": "100", "Image": CMD}
    events = [
        sysmon(7, 1, ImageLoaded="a.dll", Signed="true", Signature="Contoso", SignatureStatus="Valid", **who),
        sysmon(
            7, 2, ImageLoaded="b.dll", Signed="true", Signature="Contoso", SignatureStatus="Revoked", **who
        ),
        sysmon(7, 3, ImageLoaded="c.dll", Signed="false", SignatureStatus="Unavailable", **who),
        sysmon(7, 4, ImageLoaded="d.dll", **who),
        sysmon(12, 5, TargetObject="HKLM\\a", EventType="CreateKey", **who),
        sysmon(13, 6, TargetObject="HKLM\\a\\b", Details="DWORD (0x1)", **who),
        sysmon(14, 7, TargetObject="HKLM\\a", NewName="HKLM\\c", **who),
        sysmon(15, 8, TargetFilename="C:\\x:Zone.Identifier", **who),
        sysmon(17, 9, PipeName="\\evil", **who),
        sysmon(18, 10, PipeName="\\evil", **who),
        sysmon(22, 11, QueryName="example.net", QueryResults="203.0.113.80;", **who),
        sysmon(
            3, 12, SourceIp="10.0.0.9", SourcePort="7", DestinationIp="10.0.0.1", Initiated="false", **who
        ),
        sysmon(3, 13, DestinationIp="10.0.0.2", DestinationPort="8", DestinationHostname="dc", **who),
    ]
    told = [(deed.kind, deed.what, deed.detail) for deed in tree_of(events, events[0]).root.deeds]
    assert told == [
        ("module", "a.dll", "signed by Contoso"),
        ("module", "b.dll", "signed by Contoso, but the signature is: Revoked"),
        ("module", "c.dll", "unsigned"),
        ("module", "d.dll", ""),
        ("registry", "HKLM\\a", "created"),
        ("registry", "HKLM\\a\\b", "set to DWORD (0x1)"),
        ("registry", "HKLM\\a", "renamed to HKLM\\c"),
        ("file", "C:\\x:Zone.Identifier", "stream"),
        ("pipe", "\\evil", "created"),
        ("pipe", "\\evil", "connected to"),
        ("dns", "example.net", "203.0.113.80;"),
        ("network", "10.0.0.9:7", "incoming"),
        ("network", "10.0.0.2:8", "dc"),
    ]


def test_the_order_of_events_makes_no_difference() -> None:
    events = [
        started(1, 100, EXPLORER, None, 4, 0),
        started(2, 200, CMD, 1, 100, 1),
        audited(200, CMD, 100, EXPLORER, 1.5),
        sysmon(11, 2, ProcessGuid=guid_of(2), ProcessId="200", Image=CMD, TargetFilename="C:\\a"),
        started(3, 204, CALC, 2, 200, 3),
        sysmon(5, 4, ProcessGuid=guid_of(2), ProcessId="200", Image=CMD),
    ]
    assert (
        tree_of(events, events[4]) == tree_of(reversed(events), events[4]) == tree_of(events * 2, events[4])
    )


def test_text_that_is_no_text_is_kept_as_it_is() -> None:
    odd = "C:\\\ud800\0\u202e.exe"
    start = started(1, 100, odd, None, 4, 0, User="\ud800")
    load = sysmon(7, 1, ProcessGuid=guid_of(1), ProcessId="9" * 5000, Image=odd, ImageLoaded="\udfff" * 5000)
    focus = line(tree_of([start, load], start))[-1]
    assert (focus.image, focus.user) == (odd, "\ud800")
    assert focus.deeds[0].what.startswith("\udfff" * 1000)
    assert len(focus.deeds[0].what) < 1100
