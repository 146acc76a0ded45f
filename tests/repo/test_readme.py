"""The README shows what the program really prints."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_example_is_real_output() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    example = page.split("$ carhound hunt examples/evidence\n", 1)[1].split("\n## ", 1)[0]
    shown = [line.strip() for line in example.splitlines() if line.strip() not in ("", "…")]
    command = [sys.executable, "-m", "carhound", "hunt", "examples/evidence"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    printed = iter(line.strip() for line in done.stdout.splitlines())
    assert done.returncode == 1
    assert len(shown) > 20
    for line in shown:
        assert line in printed, f"not printed, or not in this order: {line}"
