"""The HTML report: what stands in it and in which order, and that nothing in it can act."""

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib import resources

import pytest
from msgspec.structs import replace

from carhound.outputs.escape import is_visible, visible
from carhound.outputs.render import render_report
from carhound.outputs.report.page import SHOWN
from carhound.outputs.report.timeline_svg import timeline

from .attacks import ATTACK, attacked
from .sample_parts import HOSTILE, MAIN, analytic, implementation, process, run
from .sample_runs import RUNS, partial_run, suppressed_run
from .sample_trees import report_run, tree

VOID = {"meta", "link", "br", "input", "img", "rect", "circle", "path", "hr"}
INLINE = {"span", "code", "b", "strong", "a", "time", "text"}
HUNTS = [name for name in RUNS if "search" not in name]


class Page(HTMLParser):
    """Elements in order, the text outside scripts and styles, and what scripts and styles hold."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.held: list[tuple[str, str]] = []
        self.feed(written)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag
        if tag not in INLINE:
            self.said.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            self.held.append((self.open[-1], data))
        else:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).split())


def written(of: object) -> str:
    """The page as text."""
    return b"".join(render_report(of)).decode("utf-8")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", HUNTS)
def test_every_run_has_a_page_whose_elements_close(name: str) -> None:
    page = Page(written(RUNS[name]()))
    assert page.open == []
    ids = [given["id"] for _, given in page.elements if "id" in given]
    assert len(ids) == len(set(ids))
    targets = {str(given["href"]) for tag, given in page.elements if tag == "a"}
    assert targets <= {f"#{one}" for one in ids}


def test_the_order_is_verdict_scope_findings_and_the_rest() -> None:
    page = Page(written(report_run()))
    sections = [given["id"] for tag, given in page.elements if tag == "section" and "id" in given]
    assert sections == ["verdict", "findings", "timeline", "stacks", "texts", "hosts", "evidence", "how"]
    numbers = [given["data-order"] for tag, given in page.elements if tag == "li" and "data-order" in given]
    assert numbers == [str(n) for n in range(1, 30)]


def test_what_a_reader_must_know_is_said() -> None:
    text = Page(written(report_run())).text
    for said in (
        "no pattern could be judged on 2 of 5 hosts: silence there says nothing",
        "its command line was met on 2 of 60 hosts",
        "this CommandLine on 2 hosts, 3 days, 2018-11-30 08:00:00Z to 2018-12-04 09:12:44.123Z",
        "its host was silent on 30 of 30 days of the baseline of New items since last month",
        "baseline 2018-10-05 00:00:00Z to 2018-11-04 00:00:00Z",
        "3 of 30 days without telemetry",
        'Main Pattern fails at EventCode=1: it met "4688"',
        "60 index=__your_sysmon_data__ EventCode=1",
        "really regsvr32.exe",
        "earlier ancestors are left out",
        "! loads C:\\Users\\alice\\AppData\\Local\\Temp\\AllTheThingsx86.dll (unsigned)",
        "and 12 more events of it",
        "The processes around it are drawn with finding 1",
        "logs/ws42.zip/sysmon.json",
        "carhound hunt logs",
        visible(HOSTILE),
    ):
        assert said in text, said


def test_what_was_not_read_is_said() -> None:
    text = Page(written(partial_run())).text
    for said in (
        "PARTIAL: part was not evaluated",
        "10 damaged parts in 2 files",
        "not evaluated",
        "the command `transaction` is not supported",
        "damaged: chunk 0 at offset 4,096: its checksum does not match",
        "skipped: secret.evtx: encrypted",
        "Paths that do not exist logs/nowhere",
        "Not judged on 2 files:",
    ):
        assert said in text, said


def test_only_our_own_style_and_script_are_let_through() -> None:
    page = Page(written(attacked(report_run())))
    policy = next(
        str(given["content"]) for tag, given in page.elements if given.get("http-equiv") is not None
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for kind, file in (("style", "style.css"), ("script", "script.js")):
        ours = (resources.files("carhound.outputs.report") / file).read_bytes()
        hashed = base64.b64encode(hashlib.sha256(ours).digest()).decode()
        assert rules[f"{kind}-src"] == f"'sha256-{hashed}'"
        assert (kind, ours.decode()) in page.held


@pytest.mark.parametrize("of", [report_run(), *(RUNS[name]() for name in HUNTS)], ids=["report", *HUNTS])
def test_an_attack_in_every_text_stays_text(of: object) -> None:
    page = Page(written(attacked(of)))  # type: ignore[arg-type]
    assert page.open == []
    plain = Page(written(of))
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in plain.elements} | {"span", "dd", "dt"}
    for tag, given in page.elements:
        assert tag not in ("img", "iframe", "object", "embed", "link", "base")
        assert not [name for name in given if name.startswith("on") or name in ("style", "src", "srcdoc")]
        assert str(given.get("href", "#")).startswith("#")
    assert [kind for kind, _ in page.held] == ["style", "script", "script"]
    assert all(map(is_visible, written(attacked(of)).replace("\n", "")))  # type: ignore[arg-type]
    assert visible(ATTACK) in page.text


def test_raw_events_are_embedded_whole() -> None:
    hostile = run(
        analytic(implementation(MAIN, process(1, command=HOSTILE))), findings=(process(1, command=HOSTILE),)
    )
    page = Page(written(hostile))
    held = json.loads(page.held[1][1])
    native, car = held["events"][0]
    names = [held["texts"][at] for at in native[::2]]
    values = [held["texts"][at] for at in native[1::2]]
    told = dict(zip(names, values, strict=True))
    assert told["CommandLine"] == visible(HOSTILE)
    assert told["Hashes"] == "MD5=0123; SHA256=4567"
    assert list(told) == list(hostile.findings[0].native)
    assert len(car) == 2 * len(hostile.findings[0].car)


def test_beyond_the_limit_the_page_says_where_the_rest_is() -> None:
    found = tuple(process(n % 60, id=f"{n:064x}") for n in range(SHOWN + 7))
    page = written(run(analytic(implementation(MAIN, *found)), findings=found))
    assert page.count('<li id="f') == SHOWN
    assert "Here are the first 5,000 of 5,007 findings" in page
    assert len(page) / SHOWN < 6_000


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert written(report_run()) == written(report_run())


def test_a_tree_is_drawn_for_the_finding_in_focus() -> None:
    page = written(replace(report_run(), findings=report_run().findings[:1]))
    drawing = page.split('<svg class="tree"')[1].split("</svg>")[0]
    assert re.findall(r'<rect class="([a-z ]+)"', drawing) == [
        "process unlogged",
        "process",
        "process",
        "focus",
        "process",
        "process",
    ]
    assert (
        'aria-label="an unknown process started explorer.exe started myregsvr32.exe started calc.exe"' in page
    )


def test_a_large_page_draws_the_first_trees_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carhound.outputs.report.finding_view.TREES", 2)
    of = report_run()
    found = tuple(replace(one, tree=tree(one)) for one in of.findings[:4])
    page = written(replace(of, findings=found))
    assert page.count('<svg class="tree"') == 2
    assert page.count("The processes around it are not drawn here") == 2


def test_hosts_beyond_the_lanes_are_counted() -> None:
    found = tuple(process(1, id=f"{n:064x}", computer=f"WS-{n}") for n in range(43))
    text = Page(written(run(analytic(implementation(MAIN, *found)), findings=found))).text
    assert "and 3 more hosts, on which the first finding is later" in text
    assert "1 finding without a time is not on it" in Page(written(report_run())).text


def test_a_table_that_is_cut_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carhound.outputs.report.page._LISTED", 2)
    of = suppressed_run()
    archives = tuple((f"usb/{n}.zip", "00" * 32) for n in range(5))
    cut = replace(of, evidence=replace(of.evidence, archives=archives))
    text = Page(written(cut)).text
    assert "and 1 more finding: -f json lists them all" in text
    assert "and 3 more archives: -f json lists them all" in text
    assert "more archives" not in Page(written(of)).text


def test_a_single_moment_has_times_around_it() -> None:
    drawn = timeline([process(1, time=datetime(2024, 6, 12, 13, 0, 25, 800604, UTC))], {})
    assert drawn is not None
    said = [label.text for label in drawn.labels if label.kind == "tick"]
    assert {"06-12 13:00:25", "06-12 13:00:26"} <= set(said)
    assert 190 < drawn.marks[0].x < 1000


def test_what_an_analytic_looks_for_is_said_once() -> None:
    told = analytic(implementation(MAIN), description="regsvr32 runs <b>anybody's</b> code")
    assert Page(written(run(told))).text.count("regsvr32 runs <b>anybody's</b> code") == 1
    both = run(told, replace(told, id="X-1"))
    assert Page(written(both)).text.count("regsvr32 runs <b>anybody's</b> code") == 2
