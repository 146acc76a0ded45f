"""What `-a` can name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.analytics.document import LARGEST, decode
from carhound.analytics.load import bundled_document, load, read
from carhound.errors import DocumentError, UsageError

YAML = "id: {id}\ntitle: T\nimplementations:\n  - {{type: spl, code: a}}\n"
PAGE = '---\ntitle: "CAR-2099-01-009: P"\n---\n### Implementations\n#### A (Splunk)\n```\nx\n```\n'


def test_the_id_of_a_bundled_analytic_in_any_letter_case() -> None:
    assert load("car-2019-04-002") == load("CAR-2019-04-002")


def test_a_search_in_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "My search.spl"
    path.write_text("EventCode=1 | table Image\n", encoding="utf-8")
    loaded = load(str(path))
    (analytic,) = loaded.analytics
    (implementation,) = analytic.implementations
    assert (analytic.id, analytic.title) == ("My search", "My search")
    assert (implementation.name, implementation.language) == ("My search", "spl")
    assert implementation.code.text == "EventCode=1 | table Image\n"
    assert implementation.code.name == str(path)
    assert analytic.diagnostics == loaded.problems == ()


@pytest.mark.parametrize("text", ["title: x EventCode=1", "| where a=1", "a: b: c", "'"])
def test_a_search_that_looks_like_yaml_is_a_search(text: str) -> None:
    (analytic,) = read(decode(text.encode(), "a.spl")).analytics
    assert analytic.implementations[0].code.text == text


@pytest.mark.parametrize("name", ["a.yaml", "a.md", "a.spl", "a.txt", "a"])
def test_the_form_is_told_from_the_content(name: str) -> None:
    assert read(decode(PAGE.encode(), name)).analytics[0].id == "CAR-2099-01-009"
    assert read(decode(YAML.format(id="X").encode(), name)).analytics[0].id == "X"


def test_text_in_utf_16_is_read() -> None:
    (analytic,) = read(decode("EventCode=1 é\r\n".encode("utf-16"), "a.spl")).analytics
    assert analytic.implementations[0].code.text == "EventCode=1 é\n"


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.spl", b" \n", "a.spl:1:1: holds no search"),
        ("a.spl", b"\xff\x00", "a.spl: is not text: byte 0 is not UTF-8"),
        ("a.yaml", b"\xff\xfea", "a.yaml: is not text: byte 2 is not UTF-16"),
        ("a.yaml", b"id: X\n- a\n", "a.yaml:2:1: cannot be read as YAML: did not find expected key"),
        ("a.yaml", b"- a\n", "a.yaml:1:1: is no mapping of CAR's keys"),
        ("a.txt", b"EventCode=1", "a.txt: is no analytic document"),
        ("a.yaml", b" " * (LARGEST + 1), "a.yaml: is larger than 8 MiB"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, problem: str
) -> None:
    (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    loaded = load(name)
    assert loaded.analytics == loaded.passed_over == ()
    (error,) = loaded.problems
    assert isinstance(error, DocumentError)
    assert error.message.startswith(problem)
    assert error.hint


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a file its reader may not open")
def test_a_file_without_permission_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.touch(mode=0)
    (error,) = load(str(path)).problems
    assert "cannot be read: Permission denied" in error.message


@pytest.mark.parametrize("ref", ["", "nowhere.yaml", "CAR-1999-01-001", "a\0b", "x" * 5000])
def test_what_names_nothing_is_a_usage_error(ref: str) -> None:
    with pytest.raises(UsageError) as error:
        load(ref)
    assert error.value.message.startswith("no file, folder or bundled analytic is called ")
    assert "CAR-2019-04-002" in (error.value.hint or "")


def test_a_near_miss_is_named() -> None:
    with pytest.raises(UsageError) as error:
        load("car-2019-04-02")
    assert error.value.hint == "did you mean CAR-2019-04-002"


def test_a_folder_is_walked_and_nothing_of_it_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "README.md": "# Read me\n",
        "LICENSE.txt": "As is\n",
        "b.yaml": YAML.format(id="B"),
        "a.yml": YAML.format(id="A"),
        "broken.yaml": "id: 'X\n",
        "half.yaml": "id: H\nimplementations:\n  - {type: spl, code: a}\n  - {type: spl}\n",
        "sigma.yml": "title: another kind of rule\ndetection: {}\n",
        "page.MD": PAGE,
        "search.spl": "EventCode=1\n",
        "deep/c.yaml": YAML.format(id="C"),
        ".git/d.yaml": YAML.format(id="D"),
    }
    for name, text in files.items():
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    loaded = load("docs")
    assert [analytic.id for analytic in loaded.analytics] == [
        "A",
        "B",
        "H",
        "CAR-2099-01-009",
        "search",
        "C",
    ]
    assert [Path(one.message.split(":")[0]).as_posix() for one in loaded.problems] == [
        "docs/broken.yaml",
        "docs/half.yaml",
    ]
    assert [Path(path).as_posix() for path in loaded.passed_over] == [
        "docs/LICENSE.txt",
        "docs/README.md",
        "docs/sigma.yml",
    ]


def test_a_folder_without_an_analytic_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Read me\n", encoding="utf-8")
    with pytest.raises(UsageError) as error:
        load(str(tmp_path))
    assert "holds no analytic document" in error.value.message
    assert ".yaml, .yml, .md, .spl" in (error.value.hint or "")


def test_a_folder_with_only_a_broken_analytic_has_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("implementations: []\n", encoding="utf-8")
    assert len(load(str(tmp_path)).problems) == 1


@pytest.mark.parametrize(("folder", "passed_over"), [("car/analytics", []), ("car", ["LICENSE.txt"])])
def test_published_folders(shared: Path, folder: str, passed_over: list[str]) -> None:
    loaded = load(str(shared / folder))
    assert [analytic.id for analytic in loaded.analytics] == ["CAR-2019-04-002", "CAR-2019-04-003"]
    assert loaded.problems == ()
    assert [Path(path).name for path in loaded.passed_over] == passed_over


SOME_TEXT = st.text(alphabet=st.sampled_from("ab:-|#`[]{}&*!>'\"\\ \t\n\r\0\x85é"), max_size=60)


def refusal(data: bytes, name: str) -> str | None:
    """What `read` says where it refuses the document; any other error fails the test."""
    try:
        read(decode(data, name))
    except DocumentError as error:
        return error.message if error.hint else "no hint"
    return None


@given(
    name=st.sampled_from(["a.yaml", "a.md", "a.spl"]),
    data=st.binary(max_size=40) | SOME_TEXT.map(str.encode),
)
def test_any_bytes_are_read_or_refused(name: str, data: bytes) -> None:
    said = refusal(data, name)
    assert said is None or said.startswith(f"{name}:")


@given(at=st.integers(0, 6000), width=st.integers(0, 30), patch=SOME_TEXT)
def test_a_damaged_document_is_read_or_refused(at: int, width: int, patch: str) -> None:
    text = bundled_document("CAR-2019-04-002").text
    said = refusal((text[:at] + patch + text[at + width :]).encode(), "a.yaml")
    assert said is None or said.startswith("a.yaml:")


@given(at=st.integers(0, 300), width=st.integers(0, 30), patch=SOME_TEXT)
def test_a_damaged_page_is_read_or_refused(at: int, width: int, patch: str) -> None:
    page = PAGE + "text\n\n|a|b|\n|---|---|\n|c|[d](e)|\n\n> - x\n>   ```\n>   y\n"
    said = refusal((page[:at] + patch + page[at + width :]).encode(), "a.md")
    assert said is None or said.startswith("a.md:")


def test_markdown_is_imported_for_pages_only() -> None:
    code = (
        "import sys; from carhound.analytics.load import load; load('CAR-2019-04-002');"
        "sys.exit(', '.join({'markdown_it', 'difflib'} & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
