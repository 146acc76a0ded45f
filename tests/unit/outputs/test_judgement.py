"""Patterns, what of them could be judged where, and the verdict."""

import pytest

from carhound.findings.run import Evidence, Run
from carhound.outputs.patterns import judgement, pattern_name, patterns
from carhound.outputs.verdict import verdict

from ...outputs.sample_parts import (
    LOAD,
    MAIN,
    MAIN_P,
    NAMES,
    analytic,
    file,
    host,
    implementation,
    process,
    run,
)
from ...outputs.sample_runs import RUNS, findings_run


def test_twins_are_one_pattern_under_the_name_they_share() -> None:
    assert pattern_name("Main Pattern - pseudocode") == "Main Pattern"
    found = [
        (one.name, len(one.implementations), len(one.twins)) for one in patterns(findings_run().analytics[0])
    ]
    assert found == [
        ("Main Pattern", 2, 1),
        ("New items since last month", 1, 0),
        ("Spawning child processes", 2, 1),
        ("Loading unsigned images", 2, 1),
    ]


def test_an_event_of_both_twins_counts_once() -> None:
    main, *_ = patterns(findings_run().analytics[0])
    assert len(main.findings) == 4


@pytest.mark.parametrize(
    ("judged", "names", "everything"),
    [
        (NAMES, ("Main Pattern", "Loading unsigned images"), True),
        ((MAIN, MAIN_P), ("Main Pattern",), False),
        ((MAIN_P, LOAD), ("Main Pattern (pseudocode only)", "Loading unsigned images"), False),
        ((), (), False),
    ],
)
def test_what_a_host_let_us_judge(
    judged: tuple[str, ...], names: tuple[str, ...], *, everything: bool
) -> None:
    """What was evaluated nowhere is no matter of the host."""
    one = run(
        analytic(
            implementation(MAIN),
            implementation(MAIN_P),
            implementation(LOAD),
            implementation("EQL", language="EQL", status="not-evaluated"),
        ),
        hosts=(host("A", 1, 1, 1, judged),),
    )
    said = judgement(one, one.hosts[0])
    assert said.analytics[0].patterns == names
    assert said.everything is everything
    assert said.anything is bool(judged)


@pytest.mark.parametrize(
    ("name", "sentence", "unseen"),
    [
        (
            "findings",
            "5 findings on 3 hosts, in 4 of 4 patterns; complete: nothing given was left unread",
            "no pattern could be judged on 2 of 5 hosts: silence there says nothing",
        ),
        ("quiet", "nothing found in 602 eligible events; complete: nothing given was left unread", None),
        (
            "partial",
            "nothing found in 1,204 eligible events; PARTIAL: part was not evaluated",
            "no pattern could be judged on 6 of 12 hosts: silence there says nothing",
        ),
        (
            "nothing-eligible",
            "nothing could be judged; NOTHING ELIGIBLE: 310 events read, none of a kind that these patterns "
            "can judge",
            "no pattern could be judged on the one host: silence there says nothing",
        ),
        ("search", "2 rows; complete: nothing given was left unread", None),
    ],
)
def test_verdict(name: str, sentence: str, unseen: str | None) -> None:
    said = verdict(RUNS[name]())
    assert (said.sentence, said.unseen) == (sentence, unseen)


def empty(status: str) -> Run:
    return run(
        analytic(implementation(MAIN, eligible=0)),
        status=status,
        hosts=(),
        evidence=Evidence((file("a.evtx", events=0),), ()),
    )


def test_verdict_without_any_event() -> None:
    assert (
        verdict(empty("nothing-eligible")).sentence
        == "nothing could be judged; NOTHING ELIGIBLE: no event was read"
    )
    assert verdict(empty("partial")).sentence == "nothing could be judged; PARTIAL: part was not evaluated"


def test_verdict_on_a_host_that_was_seen_in_part() -> None:
    found = process(1)
    one = run(
        analytic(implementation(MAIN, found), implementation(LOAD)),
        findings=(found,),
        hosts=(host("A", 1, 1, 0, (MAIN,)), host("B", 1, 1, 1, (MAIN, LOAD))),
    )
    assert verdict(one).unseen == "only some patterns could be judged on 1 of 2 hosts"
