"""What is installed holds every file that the program reads from its own folder."""

import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = ROOT / ".uv" / "bin" / "uv"


@pytest.mark.skipif(not UV.exists(), reason="needs uv in .uv, where make puts it")
def test_data_files_are_in_the_wheel(tmp_path: Path) -> None:
    words = [UV, "build", "--wheel", "--offline", "--quiet", "--out-dir", tmp_path, ROOT]
    subprocess.run(words, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    package = ROOT / "src" / "carhound"
    data = {
        str(path.relative_to(ROOT / "src").as_posix())
        for path in package.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert {"carhound/outputs/report/style.css", "carhound/outputs/report/templates/page.html"} <= data
    assert data <= set(zipfile.ZipFile(wheel).namelist())
