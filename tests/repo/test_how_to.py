"""What the how-to pages say is what happens; what they hand out to be copied can be read."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from .pages import differences

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
UNITS = HOW_TO / "units"


@pytest.mark.skipif(shutil.which("jq") is None, reason="the page uses jq")
def test_an_alert_in_an_afternoon(tmp_path: Path) -> None:
    page = (HOW_TO / "alert-on-regsvr32-in-an-afternoon.md").read_text(encoding="utf-8")
    assert page.count("$ carhound") >= 12
    assert not differences(page, tmp_path)


def test_the_cron_job_runs_watch_alone() -> None:
    job = yaml.safe_load((UNITS / "carhound-watch.yaml").read_text(encoding="utf-8"))
    assert (job["kind"], job["spec"]["concurrencyPolicy"]) == ("CronJob", "Forbid")
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["command"][:2] == ["carhound", "watch"]
    mounted = {one["name"] for one in container["volumeMounts"]}
    assert mounted == {one["name"] for one in pod["volumes"]}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_the_units_are_units(tmp_path: Path) -> None:
    units = [path for path in sorted(UNITS.iterdir()) if path.suffix in (".service", ".timer")]
    assert len(units) == 3
    for unit in units:
        text = unit.read_text(encoding="utf-8").replace("/opt/carhound/bin/carhound", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    said = subprocess.run(
        ["systemd-analyze", "verify", *sorted(str(path) for path in tmp_path.iterdir())],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")
