"""Where test files lie, and which analytic one is about."""

from pathlib import Path

import pytest

from carhound.analytics.load import bundled, load
from carhound.analytics.suite_files import analytic_of, is_suite, suites_beside
from carhound.errors import CarhoundError, DocumentError, UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.spl", "a.b.spl"):
        (tmp_path / name).write_text("EventCode=1", encoding="utf-8")
    for name in ("a.tests.yaml", "a.more.tests.yml", "a.b.tests.yaml", "ab.tests.yaml", "a.yaml.txt"):
        (tmp_path / name).write_text("cases: []", encoding="utf-8")
    return tmp_path


def names(path: Path) -> list[str]:
    (analytic,) = load(str(path)).analytics
    return [Path(one.document.path).name for one in suites_beside(analytic)]


def test_those_called_after_the_document(folder: Path) -> None:
    assert names(folder / "a.spl") == ["a.more.tests.yml", "a.tests.yaml"]
    assert names(folder / "a.b.spl") == ["a.b.tests.yaml"]


def test_those_called_after_the_id(tmp_path: Path) -> None:
    text = "title: t\nid: MY-1\nimplementations: [{name: M, type: splunk, code: EventCode=1}]\n"
    (tmp_path / "whatever.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "my-1.tests.yaml").write_text("cases: []", encoding="utf-8")
    assert names(tmp_path / "whatever.yaml") == ["my-1.tests.yaml"]


def test_bundled_ones() -> None:
    assert bundled() == ("CAR-2019-04-002",)
    (analytic,) = load("CAR-2019-04-002").analytics
    found = suites_beside(analytic)
    assert "carhound/analytics/bundled/CAR-2019-04-002.tests.yaml" in [one.document.path for one in found]
    assert all(one.folder.is_dir() for one in found)


def test_a_folder_of_analytics_passes_test_files_by(folder: Path) -> None:
    loaded = load(str(folder))
    assert [analytic.id for analytic in loaded.analytics] == ["a.b", "a"]
    assert [Path(one).name for one in loaded.passed_over] == ["a.yaml.txt"]
    assert loaded.problems == ()


@pytest.mark.parametrize(("name", "tested"), [("a.tests.yaml", "a"), ("a.more.tests.yml", "a")])
def test_the_analytic_of_a_test_file(folder: Path, name: str, tested: str) -> None:
    analytic, file = analytic_of(str(folder / name))
    assert analytic.id == tested
    assert file.folder == folder


def test_a_test_file_may_say_what_it_tests(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.spl").write_text("EventCode=1", encoding="utf-8")
    for said, tested in (("sub/x.spl", "x"), ("car-2019-04-002", "CAR-2019-04-002")):
        path = tmp_path / "mine.tests.yaml"
        path.write_text(f"analytic: {said}\ncases: []", encoding="utf-8")
        assert analytic_of(str(path))[0].id == tested


def test_a_test_file_about_nothing(folder: Path) -> None:
    with pytest.raises(UsageError, match="no analytic of that name lies beside it"):
        analytic_of(str(folder / "ab.tests.yaml"))
    (folder / "ab.tests.yaml").write_text("cases: []\nanalytic: gone.yaml\n", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"ab\.tests\.yaml:2:11: no file and no bundled analytic"):
        analytic_of(str(folder / "ab.tests.yaml"))
    with pytest.raises(CarhoundError):
        analytic_of(str(folder / "gone.tests.yaml"))


def test_names_of_test_files() -> None:
    assert is_suite("A.TESTS.YAML")
    assert not is_suite("tests.yaml")
