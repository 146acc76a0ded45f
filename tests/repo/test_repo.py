"""What must hold of the project itself: small modules, documented codes, commands and options."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from carhound import VERSION
from carhound.cli.main import program

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
CODE = re.compile(r'"((?:SPL|PS|DOC|EV|RUN|LINT)-[A-Z]+\d+)"')
DOCUMENTED = re.compile(r"^\| ((?:SPL|PS|DOC|EV|RUN|LINT)-[A-Z]+\d+) \|", re.MULTILINE)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_values_are_structs() -> None:
    """A dataclass generates code in every run that imports it; its `replace` and `fields` know no Struct."""
    users = {path.name for path in SOURCES if "dataclasses import" in path.read_text(encoding="utf-8")}
    assert users == {"ingester.py", "webhook.py"}


def test_every_diagnostic_code_is_documented_and_every_documented_one_exists() -> None:
    used = {code for path in SOURCES for code in CODE.findall(path.read_text(encoding="utf-8"))}
    page = (ROOT / "docs" / "reference" / "diagnostics.md").read_text(encoding="utf-8")
    listed = DOCUMENTED.findall(page)
    assert len(listed) == len(set(listed))
    assert used == set(listed)


def test_every_command_and_option_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    context = click.Context(program)
    for name in program.list_commands(context):
        assert f"## carhound {name}" in page
        command = program.get_command(context, name)
        assert command is not None
        section = page.split(f"## carhound {name}", 1)[1].split("\n## ", 1)[0]
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                for spelling in parameter.opts:
                    assert f"`{spelling}" in section, f"{name} {spelling}"


def test_the_version_is_stated_alike() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION


def test_every_dependency_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    modules = {"google-re2": "re2", "markdown-it-py": "markdown_it", "pyyaml": "yaml"}
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    for requirement in project["dependencies"]:
        name = re.split(r"[><=; ]", requirement, maxsplit=1)[0]
        if name != "tzdata":  # read by zoneinfo where a system has no zones
            assert re.search(rf"^\s*(import|from) {modules.get(name, name)}\b", text, re.MULTILINE), name


def test_no_document_names_a_file_that_is_gone() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for path in re.findall(r"`((?:src|tests|docs|examples)/[\w./-]+)`", page.read_text(encoding="utf-8")):
            named = ROOT / path.replace("NAME", "head").replace("ID", "CAR-2019-04-002")
            assert named.exists() or page.name == "CONTRIBUTING.md", f"{page.name}: {path}"
