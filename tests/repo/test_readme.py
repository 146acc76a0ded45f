"""The README shows what the program really prints."""

import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


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
