"""The program as a shell runs it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..forked import forked_program
from .small_evidence import Said


@pytest.fixture
def carhound(tmp_path: Path) -> Callable[..., Said]:
    """Runs the program in a folder of its own, its output going to pipes."""

    def run(*words: object, **options: Any) -> Said:
        start = [sys.executable, "-m", "carhound"] if "preexec_fn" in options else forked_program()
        return subprocess.run(
            [*start, *map(str, words)],
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            check=False,
            timeout=60,
            **options,
        )

    return run
