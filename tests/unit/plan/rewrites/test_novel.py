"""What is new, as a plan: the same as a search written by hand, whatever stands above the main search."""

import pytest

from carhound.languages.pseudocode.compile import compile_pseudocode
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.plan.keys import default_key
from carhound.plan.nodes import Node, scans
from carhound.plan.predicates import Field
from carhound.plan.rewrites.novel import has_baseline, novel

BY_COMMAND = (Field("CommandLine"),)


def plan_of(text: str) -> Node:
    return compile_spl(Source(text, "test")).plan


def program(text: str) -> Node:
    return compile_pseudocode(Source(text, "test")).plan


@pytest.mark.parametrize(
    ("text", "by_hand"),
    [
        (
            "EventCode=1 evil | search Image=*cmd.exe",
            "earliest=-1d@d latest=now EventCode=1 evil | search Image=*cmd.exe | search NOT [ search "
            "earliest=-31d@d latest=-1d@d EventCode=1 evil | search Image=*cmd.exe "
            "| dedup CommandLine | fields CommandLine ]",
        ),
        (
            '* | where Image="a" | stats count by Image',
            'earliest=-1d@d latest=now * | where Image="a" | search NOT [ search earliest=-31d@d '
            'latest=-1d@d * | where Image="a" | dedup CommandLine | fields CommandLine ] '
            "| stats count by Image",
        ),
        (
            "EventCode=1 | head 3",
            "earliest=-1d@d latest=now EventCode=1 | search NOT [ search earliest=-31d@d latest=-1d@d "
            "EventCode=1 | dedup CommandLine | fields CommandLine ] | head 3",
        ),
        (
            "earliest=-7d@d EventCode=1",
            "earliest=-7d@d EventCode=1 NOT [ search earliest=-7d@d-30d latest=-7d@d EventCode=1 "
            "| dedup CommandLine | fields CommandLine ]",
        ),
    ],
)
def test_it_is_the_plan_of_the_search_written_by_hand(text: str, by_hand: str) -> None:
    assert novel(plan_of(text), 30, BY_COMMAND) == plan_of(by_hand)


@pytest.mark.parametrize("stated", ["earliest=2024-06-01", "latest=now", "earliest=1717200000"])
def test_no_days_come_before_a_range_that_cannot_be_reckoned_from(stated: str) -> None:
    assert novel(plan_of(f"{stated} EventCode=1"), 30, BY_COMMAND) is None


def test_a_subsearch_is_a_baseline_only_where_it_states_a_time() -> None:
    assert has_baseline(plan_of("a NOT [search earliest=-2d b | fields c]"))
    assert not has_baseline(plan_of("earliest=-2d a NOT [search b | fields c]"))


def test_pseudocode_is_compared_in_its_own_view() -> None:
    plan = novel(program("p = search Process:Create\noutput p"), 7, (Field("command_line", "car"),))
    assert plan is not None
    assert [(scan.role, scan.range.earliest, scan.view) for scan in scans(plan)] == [
        ("main", "-1d@d", "car"),
        ("baseline", "-8d@d", "car"),
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("EventCode=1", "CommandLine"),
        ("EventCode=7 CommandLine=a", "ImageLoaded"),
        ("EventCode=1 ImageLoaded=a", "CommandLine"),
        ("ImageLoaded=a", "ImageLoaded"),
        ("ImageLoaded=a CommandLine=b", "CommandLine"),
        ("evil", "CommandLine"),
    ],
)
def test_the_default_key_of_a_search(text: str, name: str) -> None:
    assert default_key(plan_of(text)) == (name, Field(name))


@pytest.mark.parametrize(
    ("searched", "name", "field"),
    [
        ("Process:Create", "CommandLine", "command_line"),
        ("Module:Load", "ImageLoaded", "module_path"),
        ("Driver:Load", "ImageLoaded", "image_path"),
        ("Process:Create OR Module:Load", "CommandLine", "command_line"),
    ],
)
def test_the_default_key_of_a_program(searched: str, name: str, field: str) -> None:
    plan = program(f"x = search {searched}\noutput x")
    assert default_key(plan) == (name, Field(field, "car"))
