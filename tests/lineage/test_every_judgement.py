"""Why to look at each finding of every bundled scenario, and what the HTML report says of the hunt."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from carhound.findings.lineage.tree import Tree
from carhound.findings.run import Finding, Run
from carhound.outputs.render import render_report
from carhound.pipeline import Request, hunt
from carhound.simulate.engine import events
from carhound.simulate.scenario import bundled, load
from carhound.simulate.writers import FORMATS

from .expectations import CHILD, EXPECTED, LOAD, Expected
from .report_page import Element, read_page
from .stories import Told, ancestors, story
from .telling import line

PUBLISHED = "CAR-2019-04-002"
PATTERNS = (*CHILD, *LOAD)
CONTEXT = {"first-seen", "seen-before", "baseline-silent", "several-implementations", "only-one-twin"}
ORDINARY = {"known-noisy-child", "common"}
DEEDS = {"1": "start", "3": "connect", "7": "load", "22": "dns"}
RESIDENTS = {"explorer": "explorer.exe", "services": "services.exe", "schedule": "svchost.exe"}

Hunted = Callable[..., Run]


def test_every_scenario_has_its_expectations() -> None:
    assert set(EXPECTED) == set(bundled())


@pytest.mark.parametrize("scenario", bundled())
def test_each_finding_has_the_reasons_of_its_story(scenario: str, hunted: Hunted) -> None:
    run, told = hunted(scenario), story(scenario)
    assert run.status == "complete"
    for finding, expected in zip(run.findings, EXPECTED[scenario].findings, strict=True):
        assert is_about(finding, expected, told), expected.process
        assert patterns(finding) == expected.by
        assert [reason.code for reason in finding.reasons] == list(expected.reasons)
        for reason, words in zip(finding.reasons, expected.reasons.values(), strict=True):
            assert reason.weight == weight(reason.code)
            for word in (words,) if isinstance(words, str) else words:
                assert word in reason.text


@pytest.mark.parametrize("scenario", bundled())
def test_companions_say_what_the_published_analytic_cannot(scenario: str, hunted: Hunted) -> None:
    both, told = hunted(scenario, companions=True), story(scenario)
    published = [(one.id, one.reasons) for one in both.findings if one.analytic == PUBLISHED]
    assert published == [(one.id, one.reasons) for one in hunted(scenario).findings]
    others = [one for one in both.findings if one.analytic != PUBLISHED]
    found = {
        (one.analytic[-3:], DEEDS[str(one.event_id)], process_of(one, told)): " ".join(
            reason.code for reason in one.reasons if reason.weight != "context"
        )
        for one in others
    }
    assert found == EXPECTED[scenario].companions
    assert len(found) == len(others)


def test_in_a_fleet_what_one_host_has_is_rare(tmp_path: Path, hunted: Hunted) -> None:
    """Three more machines make five, of which the job and the scriptlet are on one each."""
    path = tmp_path / "log.jsonl"
    with path.open("wb") as stream:
        FORMATS["jsonl"][0](events([load("new-items-month")], hosts=5, days=1), stream)
    run = hunt(Request((str(path),), ("carhound", "hunt")))
    expected = EXPECTED["new-items-month"].findings
    for finding, one in zip(run.findings, expected, strict=True):
        assert is_about(finding, one, story("new-items-month"))
        looks = [code for code in one.reasons if weight(code) == "look"]
        assert [reason.code for reason in finding.reasons if reason.weight == "look"] == [
            *looks,
            "rare-across-hosts",
        ]


@pytest.mark.parametrize("scenario", bundled())
def test_the_report_says_what_was_found_and_why(scenario: str, hunted: Hunted) -> None:
    run, told, expected = hunted(scenario), story(scenario), EXPECTED[scenario].findings
    page = read_page(b"".join(render_report(run)).decode("utf-8"))
    (verdict,) = page.all("p", "verdict")
    found, _, complete = verdict.text.partition("; complete: ")
    assert found == sentence(scenario, told)
    passed_over = any(file.unread for file in run.evidence.files)
    assert complete == ("all that could match was read" if passed_over else "nothing given was left unread")
    shown = page.at("findings").all("li", "finding")
    assert [one.given["id"] for one in shown] == [f"f{at}" for at in range(1, len(expected) + 1)]
    if not expected:
        assert "None." in page.at("findings").text
    for element, finding, one in zip(shown, run.findings, expected, strict=True):
        process = told[one.process]
        (chain,) = element.all("span", "chain")
        assert [part.text for part in chain.all("b")] == [one.module or process.image]
        assert element.all("summary")[0].text.count(process.command_line) == (one.module is None)
        reasons = [one.all("span") for one in element.all("ul", "reasons")[0].all("li")]
        assert [(said[0].text, said[1].text) for said in reasons] == [
            (weight(reason.code), reason.text) for reason in finding.reasons
        ]
        (drawing,) = element.all("svg", "tree")
        check_tree(drawing, one.process, told)


@pytest.mark.parametrize("scenario", bundled())
def test_the_report_says_what_was_judged_and_what_the_text_hides(scenario: str, hunted: Hunted) -> None:
    told, expected = story(scenario), EXPECTED[scenario]
    page = read_page(b"".join(render_report(hunted(scenario))).decode("utf-8"))
    rows = [[cell.text for cell in row.all("td")] for row in page.at("verdict").all("tr")]
    judged = {row[0]: row[1:] for row in rows if row}
    assert list(judged) == list(PATTERNS)
    for pattern, (said, number) in judged.items():
        many = sum(pattern in one.by for one in expected.findings)
        assert number == str(many)
        if many:
            assert said.startswith("found")
            assert "differ" not in said
        else:
            assert said.startswith(f"nothing found in {eligible(told, pattern)} eligible event")
    figures = {one.all("dt")[0].text: one.all("strong")[0].text for one in page.at("verdict").all("div")}
    assert figures["Hosts judged"] == f"{expected.hosts} of {expected.hosts}"
    notes = {
        one.all("span", "id")[0].text: one.all("strong")[0].text
        for one in page.at("texts").all("li")
        if one.all("strong")
    }
    assert notes == {
        code: f"({many} event{'s' if many > 1 else ''})" for code, many in expected.blind_spots.items()
    }


def weight(code: str) -> str:
    return "context" if code in CONTEXT else "ordinary" if code in ORDINARY else "look"


def patterns(finding: Finding) -> tuple[str, ...]:
    """The patterns that found it; twins are one."""
    return tuple(dict.fromkeys(one.removesuffix(" - pseudocode") for one in finding.implementations))


def is_about(finding: Finding, expected: Expected, told: dict[str, Told]) -> bool:
    """Whether it is about this process, this module, and this day."""
    process = told[expected.process]
    assert isinstance(finding.tree, Tree)
    node = line(finding.tree)[-1]
    assert finding.time is not None
    return (
        (node.image, node.command_line) == (process.image, process.command_line)
        and finding.native.get("ImageLoaded") == expected.module
        and expected.day in (None, finding.time.date().isoformat())
    )


def process_of(finding: Finding, told: dict[str, Told]) -> str:
    """What the story calls the process of a finding."""
    assert isinstance(finding.tree, Tree)
    node = line(finding.tree)[-1]
    (key,) = [
        key for key, one in told.items() if (one.image, one.command_line) == (node.image, node.command_line)
    ]
    return key


def sentence(scenario: str, told: dict[str, Told]) -> str:
    """What the verdict says of findings, by what is expected."""
    expected = EXPECTED[scenario].findings
    if not expected:
        events = sum(eligible(told, one) for one in ("Main Pattern", "Loading unsigned images"))
        return f"nothing found in {events} eligible events"
    many, by = len(expected), {pattern for one in expected for pattern in one.by}
    hosts = EXPECTED[scenario].hosts
    return (
        f"{many} finding{'s' if many > 1 else ''} on {hosts} host{'s' if hosts > 1 else ''}, "
        f"in {len(by)} of 4 patterns"
    )


def eligible(told: dict[str, Told], pattern: str) -> int:
    """Events of the kind that a pattern judges: of starts, both logs tell, and pseudocode reads both."""
    if pattern in LOAD:
        return sum(many for one in told.values() for (kind, _), many in one.deeds.items() if kind == "module")
    return len(told) if pattern.startswith("New") else 2 * len(told)


def check_tree(drawing: Element, focus: str, told: dict[str, Told]) -> None:
    """The drawing holds the processes around one, from what started them all, and all that these did."""
    above = ancestors(focus, told)
    around = [*above, *below(focus, told)]
    names = [RESIDENTS[told[around[0]].parent]] + [told[one].image.rpartition("\\")[2] for one in around]
    assert [one.own_text for one in drawing.all("text", "name")] == names
    boxes = [one.given["class"] for one in drawing.all("rect")]
    assert boxes[0] == "process unlogged"
    assert [at for at, kind in enumerate(boxes) if kind == "focus"] == [len(above) + 1]
    commands = [one.all("title")[0].text for one in drawing.all("text", "command")]
    spelled = [" ".join(told[one].command_line.split()) for one in around]
    assert commands[-len(around) :] == spelled
    did = [one.all("title")[0].text for one in drawing.all("text", "deed")]
    deeds = [what for one in around for (_, what), many in told[one].deeds.items() for _ in range(many)]
    assert len(did) == len(deeds)
    assert all(any(what in one for one in did) for what in deeds)


def below(key: str, told: dict[str, Told]) -> Iterator[str]:
    yield key
    for child, one in told.items():
        if one.parent == key:
            yield from below(child, told)
