"""The README shows what the program really prints."""

import shlex
import subprocess
import sys
from pathlib import Path

import click

from carhound.cli.main import program

from ..forked import forked_program
from .pages import run

ROOT = Path(__file__).parents[2]


def test_a_month_is_remembered_as_it_says(tmp_path: Path) -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## Remember a month", 1)[1]
    lines = [line.strip() for line in section.split("\n## ", 1)[0].splitlines() if line.startswith("    ")]
    said = ""
    for line in lines:
        if line.startswith("$ "):
            said = run(line[2:], tmp_path, forked_program()[0])
        else:
            assert line in said.splitlines()
    assert len(lines) == 8
    assert (tmp_path / "alerts.jsonl").read_text(encoding="utf-8").count("\n") == 1


def test_every_command_is_named() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in program.list_commands(click.Context(program)):
        assert f"carhound {name}" in page or f"`{name}`" in page, name


def test_the_example_is_real_output(tmp_path: Path) -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    example = page.split("    $ carhound simulate", 1)[1].split("\n## ", 1)[0]
    simulate, hunt, *lines = ("simulate" + example).splitlines()
    shown = [line.strip() for line in lines if line.strip() not in ("", "…")]
    program = [sys.executable, "-m", "carhound"]
    subprocess.run([*program, *shlex.split(simulate)], cwd=tmp_path, check=True, capture_output=True)
    words = shlex.split(hunt.removeprefix("    $ carhound"))
    done = subprocess.run(
        [*program, *words], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    printed = iter(line.strip() for line in done.stdout.splitlines())
    assert done.returncode == 1
    assert len(shown) > 20
    for line in shown:
        assert line in printed, f"not printed, or not in this order: {line}"
