"""The bundled CAR-2019-04-002 says what the published one says."""

import re
from pathlib import Path

import pytest

from carhound.analytics.analytic import Analytic, Implementation
from carhound.analytics.load import bundled, load
from carhound.languages.spl.compile import compile_spl

QUOTED_OR_WORD = re.compile(r'"[^"]*"|[^\s"]')


def one(ref: str | Path) -> Analytic:
    loaded = load(str(ref))
    assert loaded.problems == ()
    (analytic,) = loaded.analytics
    return analytic


@pytest.fixture
def ours() -> Analytic:
    return one("CAR-2019-04-002")


@pytest.fixture(params=["seed/CAR-2019-04-002.md", "car/analytics/CAR-2019-04-002.yaml"])
def published(shared: Path, request: pytest.FixtureRequest) -> Analytic:
    return one(shared / request.param)


def tokens(implementation: Implementation) -> list[str]:
    """The text's quoted texts whole and all else by character, white space outside quotes aside."""
    return QUOTED_OR_WORD.findall(implementation.code.text)


def words(implementation: Implementation) -> list[str]:
    """The same by word, so that no two words have grown together; operators of SPL stand alone."""
    text = re.sub(r'("[^"]*")|([|\[\]()])', r" \1\2 ", implementation.code.text)
    return re.findall(r'"[^"]*"|[^\s"]+', text)


def test_it_is_the_only_bundled_analytic() -> None:
    assert bundled() == ("CAR-2019-04-002",)


def test_names_languages_and_data_models_are_those_published(ours: Analytic, published: Analytic) -> None:
    def faces(analytic: Analytic) -> list[tuple[str, str, str, str | None]]:
        return [
            (one.name, one.language, one.label.lower(), one.data_model) for one in analytic.implementations
        ]

    assert faces(ours) == faces(published)
    assert [one.language for one in ours.implementations].count("spl") == 4
    assert len(ours.implementations) == 7


def test_mappings_are_those_published(ours: Analytic, published: Analytic) -> None:
    assert (ours.id, ours.title) == (published.id, published.title)
    assert ours.attack == published.attack
    assert ours.d3fend == published.d3fend
    assert ours.data_model_references == published.data_model_references
    assert len(ours.unit_tests) == len(published.unit_tests) == 1
    assert ours.diagnostics == published.diagnostics == ()


def test_clauses_are_those_published_one_for_one(ours: Analytic, published: Analytic) -> None:
    for mine, theirs in zip(ours.implementations, published.implementations, strict=True):
        assert tokens(mine) == tokens(theirs)
        assert words(mine) == words(theirs)


def test_searches_have_the_plans_of_those_published(ours: Analytic, published: Analytic) -> None:
    for mine, theirs in zip(ours.implementations, published.implementations, strict=True):
        if mine.language == "spl":
            assert compile_spl(mine.code).plan == compile_spl(theirs.code).plan


def test_prose_is_our_own(ours: Analytic, published: Analytic) -> None:
    assert ours.description != published.description
    for mine, theirs in zip(ours.implementations, published.implementations, strict=True):
        assert mine.description
        assert mine.description != theirs.description
    assert not set(ours.unit_tests) & set(published.unit_tests)


def test_page_and_yaml_of_one_analytic_read_alike(shared: Path) -> None:
    page = one(shared / "seed/CAR-2019-04-002.md")
    yaml = one(shared / "car/analytics/CAR-2019-04-002.yaml")
    assert page.description == yaml.description
    assert page.unit_tests == yaml.unit_tests
    for left, right in zip(page.implementations, yaml.implementations, strict=True):
        assert left.description == right.description
        assert left.code.text.strip() == right.code.text.strip()


def test_its_path_is_the_same_on_every_machine(ours: Analytic) -> None:
    assert ours.source.path == "carhound/analytics/bundled/CAR-2019-04-002.yaml"
    assert re.fullmatch("[0-9a-f]{64}", ours.source.sha256)
    assert {one.code.name for one in ours.implementations} == {ours.source.path}
