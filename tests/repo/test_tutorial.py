"""The tutorial, done as it says: files written, commands run, their output compared.

To renew the outputs after a change that is meant:
CARHOUND_RENEW=1 .venv/bin/pytest tests/repo/test_tutorial.py
"""

import os
import re
from pathlib import Path

from .pages import run

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "write-an-analytic.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def test_every_file_is_written_and_every_command_says_what_the_page_says(tmp_path: Path) -> None:
    def do(block: re.Match[str]) -> str:
        kind, name, text = block.groups()
        if name is not None:
            (tmp_path / name).write_text(text, encoding="utf-8")
            return block[0]
        assert kind == "console"
        commands = [line for line in text.splitlines() if line.startswith("$ ")]
        shown = "".join(f"{line}\n{run(line[2:], tmp_path)}" for line in commands)
        return f"```console\n{shown}```\n"

    page = PAGE.read_text(encoding="utf-8")
    done = BLOCK.sub(do, page)
    if os.environ.get("CARHOUND_RENEW"):
        PAGE.write_text(done, encoding="utf-8", newline="\n")
    assert done == page or os.environ.get("CARHOUND_RENEW")
    assert page.count("```console") >= 5
