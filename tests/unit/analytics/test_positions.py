"""Every character of an implementation's text is found at its place in the file."""

from pathlib import Path

import pytest

from carhound.analytics.analytic import Analytic
from carhound.analytics.document import decode
from carhound.analytics.load import bundled_document, load, read
from carhound.model.diagnostics import Source


def assert_true_places(text: str, code: Source) -> None:
    lines = text.split("\n")
    for offset, character in enumerate(code.text):
        line, column = code.position(offset)
        if character == "\n":
            assert len(lines[line - 1]) <= column - 1
        else:
            assert lines[line - 1][column - 1] == character


def implementation_codes(analytic: Analytic) -> list[Source]:
    return [one.code for one in analytic.implementations]


@pytest.mark.parametrize(
    "name",
    ["seed/CAR-2019-04-002.md", "car/analytics/CAR-2019-04-002.yaml", "car/analytics/CAR-2019-04-003.yaml"],
)
def test_in_published_documents(shared: Path, name: str) -> None:
    path = shared / name
    (analytic,) = load(str(path)).analytics
    for code in implementation_codes(analytic):
        assert code.name == str(path)
        assert_true_places(path.read_text(encoding="utf-8"), code)


def test_in_the_bundled_document() -> None:
    document = bundled_document("CAR-2019-04-002")
    (analytic,) = read(document).analytics
    for code in implementation_codes(analytic):
        assert_true_places(document.text, code)


@pytest.mark.parametrize(
    "code",
    [
        "|\n      a | b\n      c\n",
        "|  # a comment\n      a\n\n        c\n",
        "|-\n\n\n      after blank lines\n",
        "|2\n      two blanks belong to the text\n",
        "|+\n      a\n\n\n",
        "EventCode=1 é€𝄞 Image=x\n",
        "'EventCode=1 Image=x'\n",
        '"EventCode=1 Image=x"\n',
        "&name EventCode=1\n",
        "&name !!str |\n      a\n",
        "&name\n      |\n      a\n",
        "!!str EventCode=1\n",
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_in_every_style_of_scalar_on_lines_of_its_own(code: str, line_end: str) -> None:
    text = f"\ufeffimplementations:\n  - type: spl\n    code: {code}    name: last\n"
    document = decode(text.replace("\n", line_end).encode(), "a.yaml")
    (analytic,) = read(document).analytics
    assert_true_places(text.removeprefix("\ufeff"), analytic.implementations[0].code)


@pytest.mark.parametrize(("code", "start"), [('"a\\"b"', (3, 12)), (">\n      a\n      b\n", (4, 7))])
def test_the_start_of_an_escaped_or_folded_text_is_exact(code: str, start: tuple[int, int]) -> None:
    document = decode(f"implementations:\n  - type: spl\n    code: {code}\n".encode(), "a.yaml")
    (analytic,) = read(document).analytics
    assert analytic.implementations[0].code.position(0) == start


def test_in_a_fence_inside_a_list() -> None:
    text = (
        "---\nlayout: analytic\n---\n## Implementations\n### A (Splunk)\n"
        "- x\n\n  ```\n  one\n\n    two\n  ```\n"
    )
    (analytic,) = read(decode(text.encode(), "a.md")).analytics
    (implementation,) = analytic.implementations
    assert implementation.code.text == "one\n\n  two\n"
    assert_true_places(text, implementation.code)


def test_in_a_text_file() -> None:
    document = decode(b"\n  EventCode=1\n| table x\n", "a.spl")
    (analytic,) = read(document).analytics
    assert_true_places(document.text, analytic.implementations[0].code)
