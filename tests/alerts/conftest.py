"""The program as a shell runs it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .evidence import Run, Said


@pytest.fixture
def carhound(tmp_path: Path) -> Run:
    """Runs the program in a folder of its own, its output going to pipes."""

    def run(*words: object, **options: Any) -> Said:
        return subprocess.run(
            [sys.executable, "-m", "carhound", *map(str, words)],
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            check=False,
            timeout=60,
            **options,
        )

    return run
