"""The companion hunts over all public data: what they find, and the table of false positives in the docs.

Whether a hit is an attack was decided by a person, recording by recording: ATTACKS names those in which
somebody ran regsvr32 as attackers do.
"""

import math
import re
from functools import cache
from pathlib import Path

import pytest

from carhound.analytics.load import companions
from carhound.findings.run import AnalyticResult, ImplementationResult, Run
from carhound.pipeline import Request, hunt

pytestmark = pytest.mark.usefixtures("read_once")

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "companions.md"
ATTACKS = (
    "endgameinc--eqllib/",  # Atomic Red Team T1117, recorded
    "Security-Experts-Community--open-xp-rules/Suspicious_SCT_Execution/",
    "microsoft--msticpy/processes_on_host.csv",  # with a simulated attack of that day
)
UNLABELLED = ("omerbenamram--evtx", "williballenthin--python-evtx")
"""Logs of ordinary machines and laboratories, which nobody published as an attack."""


def bound(false: int, events: int) -> float:
    """The upper end of the one-sided 95 % interval of Clopper and Pearson for a share of `events`."""
    low, high = false / events, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        at_most = sum(
            math.comb(events, k) * middle**k * (1 - middle) ** (events - k) for k in range(false + 1)
        )
        low, high = (middle, high) if at_most > 0.05 else (low, middle)
    return high


ASKS = {"Children of a renamed regsvr32": "Renamed regsvr32"}
"""Those that can be judged only where the search inside them can."""


def judged(analytic: AnalyticResult, result: ImplementationResult) -> int:
    """Eligible events less those of files on which it could not be judged."""
    name = ASKS.get(result.name, result.name)
    result = next(one for one in analytic.implementations if one.name == name)
    return result.eligible - sum(one.count or 0 for one in result.diagnostics if one.code == "RUN-J1")


@cache
def hunted(data: Path, *folders: str) -> Run:
    paths = tuple(str(data / one) for one in folders) or (str(data),)
    return hunt(Request(paths, ("carhound", "hunt"), ("companions",)))


def false_positives(run: Run, analytic: str, name: str) -> int:
    return sum(
        finding.analytic == analytic
        and name in finding.implementations
        and not any(attack in finding.places[0].file for attack in ATTACKS)
        for finding in run.findings
    )


def table(run: Run, unlabelled: Run) -> list[tuple[str, ...]]:
    """The table as it must stand in the docs."""
    rows = []
    for analytic, quiet in zip(run.analytics, unlabelled.analytics, strict=True):
        for one, other in zip(analytic.implementations, quiet.implementations, strict=True):
            if one.name.endswith("pseudocode"):
                continue
            looked, false = judged(analytic, one), false_positives(run, analytic.id, one.name)
            rows.append(
                (
                    analytic.id,
                    one.name,
                    f"{looked:,}",
                    str(one.matched),
                    str(false),
                    f"{10_000 * bound(false, looked):.1f}",
                    f"{judged(quiet, other):,}",
                )
            )
    return rows


def test_the_bound_is_the_rule_of_three_for_no_false_positive() -> None:
    assert bound(0, 3000) == pytest.approx(3 / 3000, rel=0.01)
    assert bound(1, 100) == pytest.approx(0.0466, abs=0.0001)  # Clopper and Pearson's own tables


def test_every_hit_is_an_attack(shared: Path) -> None:
    run = hunted(shared / "data")
    assert {one.id for one in run.analytics} == set(companions())
    assert run.findings
    for finding in run.findings:
        assert any(attack in finding.places[0].file for attack in ATTACKS), finding.places


def test_nothing_is_found_in_what_nobody_called_an_attack(shared: Path) -> None:
    assert not hunted(shared / "data", *UNLABELLED).findings


def test_the_page_states_what_was_counted(shared: Path) -> None:
    stated = re.findall(
        r"^\| (CARHOUND-\S+) \| ([^|]+) \| ([\d,]+) \| (\d+) \| (\d+) \| ([\d.]+) \| ([\d,]+) \|$",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert stated == table(hunted(shared / "data"), hunted(shared / "data", *UNLABELLED))


def test_twins_say_the_same(shared: Path) -> None:
    for analytic in hunted(shared / "data").analytics:
        for twins in analytic.twins:
            assert twins.agree, twins
