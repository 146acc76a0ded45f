"""The program as a shell runs it."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from ..forked import forked_program
from .evidence import Run, Said


@pytest.fixture
def carhound(tmp_path: Path) -> Run:
    """Runs the program in a folder of its own, its output going to pipes."""

    def run(*words: object, **options: Any) -> Said:
        return subprocess.run(
            [*forked_program(), *map(str, words)],
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            check=False,
            timeout=60,
            **options,
        )

    return run
