"""The HTML report in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from carhound.outputs.render import render_report

from .attacks import attacked
from .browser import CHROMIUM, DRIVER, Browser, browser
from .sample_trees import report_run

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="needs the Debian packages chromium and chromium-driver"
)

ENTER, ESCAPE = "\ue007", "\ue00c"
SHOWN = """
const shown = () => [...document.querySelectorAll('.finding:not([hidden])')].map(one => +one.dataset.order)
return new Promise(done => setTimeout(() => done(shown()), 0))
"""
"""The page filters in a timer, and those set later come later."""


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_bytes(b"".join(render_report(report_run())))
    return path


def choose(window: Browser, name: str, value: str) -> None:
    window.run(
        "const one = document.getElementById(arguments[0]); one.value = arguments[1];"
        "one.dispatchEvent(new Event('input')); one.dispatchEvent(new Event('change'))",
        name,
        value,
    )


def shown(window: Browser) -> list[int]:
    numbers: list[int] = window.run(SHOWN)
    return numbers


def test_an_attack_in_every_field_does_nothing(window: Browser, tmp_path: Path) -> None:
    path = tmp_path / "attack.html"
    path.write_bytes(b"".join(render_report(attacked(report_run()))))
    window.log("performance")
    window.open(path)
    window.run("document.querySelectorAll('details').forEach(one => { one.open = true })")
    # Buttons are made when details open, which a browser tells a moment later.
    window.run("return new Promise(done => setTimeout(done, 100))")
    assert window.run(
        "const all = [...document.querySelectorAll('.raw button')]; all.forEach(one => one.click());"
        "return all.length"
    ) == len(report_run().findings)
    assert window.log("browser") == []
    assert window.requests() == [path.as_uri()]
    assert (
        window.run("return document.images.length + document.querySelectorAll('.finding script').length") == 0
    )
    assert window.run("return performance.getEntriesByType('resource').length") == 0


def test_a_script_that_is_not_ours_does_not_run(window: Browser, page: Path, tmp_path: Path) -> None:
    path = tmp_path / "forged.html"
    forged = page.read_text(encoding="utf-8").replace(
        "</footer>", "</footer><script>document.title = 'forged'</script><img src='https://example.org/x'>"
    )
    path.write_text(forged, encoding="utf-8")
    window.open(path)
    assert window.run("return document.title").startswith("Hunt report")
    said = [entry["message"] for entry in window.log("browser")]
    assert any("script-src" in one for one in said)
    assert any("img-src" in one for one in said)


def test_filter_sort_and_raw_event(window: Browser, page: Path) -> None:
    window.open(page)
    everything = list(range(1, 30))
    assert shown(window) == everything
    choose(window, "filter", "payload.exe QQBC")
    assert shown(window) == [3]
    choose(window, "filter", "md5=0123")  # stands in raw events only
    assert len(shown(window)) == 27
    choose(window, "filter", "no such words")
    assert shown(window) == []
    assert window.run("return document.getElementById('none').checkVisibility()")
    choose(window, "filter", "")
    choose(window, "sort", "rare")
    rare = window.run("return [...document.querySelectorAll('.finding')].map(one => +one.dataset.rare)")
    assert rare == sorted(rare)
    choose(window, "sort", "order")
    choose(window, "host", "0")
    assert shown(window) == [4]
    assert window.log("browser") == []


def test_keys(window: Browser, page: Path) -> None:
    window.open(page)
    focused = "return document.activeElement.closest('.finding')?.id ?? document.activeElement.id"
    opened = "return [...document.querySelectorAll('details[open]')].map(one => one.parentElement.id)"
    window.press("j", "j", "j", "k")
    assert window.run(focused) == "f2"
    window.press(ENTER)
    assert window.run(opened) == ["f2"]
    window.press("r")
    assert "CommandLine" in window.run("return document.querySelector('#f2 .raw').innerText")
    window.press("/", "c", "a", "l", "c")
    assert window.run(focused) == "filter"
    assert 3 not in shown(window)
    window.press(ESCAPE)
    assert 3 in shown(window)
    window.press("?")
    assert window.run("return document.getElementById('help').open")
    window.press(ESCAPE)
    assert not window.run("return document.getElementById('help').open")
    assert window.log("browser") == []


def test_a_link_opens_its_finding_and_nothing_is_wider_than_the_window(window: Browser, page: Path) -> None:
    window.open(page, "#f5")
    assert window.run("return document.querySelector('#f5 details').open")
    for width in (400, 1280):
        window.call("POST", "/window/rect", {"width": width, "height": 900})
        assert window.run("return document.documentElement.scrollWidth <= innerWidth")
