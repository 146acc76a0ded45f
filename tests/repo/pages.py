"""Pages of the documentation, done as they say: files written, commands run as a shell runs them."""

import os
import re
import subprocess
import sys
from pathlib import Path

from ..forked import forked_program

BLOCK = re.compile(r"^(?P<indent> *)```(\w+)(?: (\S+))?\n(.*?)^ *```\n", re.MULTILINE | re.DOTALL)


def run(command: str, folder: Path, program: str | None = None) -> str:
    """What a shell shows of a command; `carhound` is the one installed, or the given program of that name."""
    first = Path(program or sys.executable).parent
    path = f"{first}{os.pathsep}{os.environ['PATH']}"
    said = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return said.stdout


def differences(page: str, folder: Path) -> list[str]:
    """Writes the files of a page, runs its commands in order, and names what they do not print of it.

    A line that says `…` stands for any lines, `…` within a line for any text.
    """
    found = []
    for block in BLOCK.finditer(page):
        indent, kind, name, text = block.groups()
        lines = [line.removeprefix(indent) for line in text.splitlines()]
        if name is not None:
            (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        if kind != "console":
            continue
        for command, *shown in _commands(lines):
            printed = run(command.removeprefix("$ "), folder, forked_program()[0])
            if re.fullmatch(_pattern(shown), printed) is None:
                found.append(f"{command}\n{printed}")
    return found


def _commands(lines: list[str]) -> list[list[str]]:
    """Each command with the lines shown below it."""
    found: list[list[str]] = []
    for line in lines:
        if line.startswith("$ "):
            found.append([])
        found[-1].append(line)
    return found


def _pattern(shown: list[str]) -> str:
    parts = []
    for line in shown:
        text = ".*".join(map(re.escape, line.split("…")))
        parts.append(r"(?s:(?:.*\n)?)" if line == "…" else f"{text}\n")
    return "".join(parts)
