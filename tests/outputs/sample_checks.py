"""Runs of test files, built by hand."""

from datetime import UTC, datetime

from carhound.findings.checks import (
    AnalyticChecks,
    CaseResult,
    Cell,
    CheckRun,
    ClauseReport,
    Clauses,
    NotRun,
    Place,
    Reason,
)

from .sample_parts import ANALYTIC, HOSTILE, LOAD, MAIN, MAIN_P, NAMES

FILE = "carhound/analytics/bundled/CAR-2019-04-002.tests.yaml"
PARENT = Place('ParentImage="*regsvr32.exe"', 41, 16)
MISS = Reason(r'fails ParentImage="*regsvr32.exe", met C:\Windows\explorer.exe', PARENT, r"C:\W", "1")


def cells(hits: str, *, expected: str | None = "quiet") -> tuple[Cell, ...]:
    """A verdict for each implementation: h hit, q quiet (capitals: unexpected), b blind, n not run."""
    made = {
        "h": lambda name: Cell(name, "hit", "hit", ("1",), True),
        "H": lambda name: Cell(
            name, "hit", "quiet", ("1", "2"), False, (Reason("matches: Image a", record="1"),)
        ),
        "q": lambda name: Cell(name, "quiet", expected, (), None if expected is None else True),
        "Q": lambda name: Cell(name, "quiet", "records 1, 3", (), False, (MISS,) * 7),
        "b": lambda name: Cell(name, "not-judged", "quiet", (), None, (Reason("no event carries Signed"),)),
        "n": lambda name: Cell(name, "not-evaluated", "hit", (), None, (Reason("it cannot be run"),)),
    }
    return tuple(made[letter](name) for letter, name in zip(hits, NAMES, strict=True))


def case(name: str, hits: str, **said: object) -> CaseResult:
    values: dict[str, object] = {
        "name": name,
        "title": name,
        "about": "",
        "file": FILE,
        "line": 9,
        "evidence": "1 inline event",
        "events": 1,
        "now": datetime(2024, 6, 15, 13, tzinfo=UTC),
        "tz": "UTC",
        "reading": "published",
        "backfill": False,
        "claimed": False,
        "cells": cells(hits),
        "problems": (),
    }
    return CaseResult(**(values | said))  # type: ignore[arg-type]


def analytic(*cases: CaseResult, not_run: tuple[NotRun, ...] = ()) -> AnalyticChecks:
    turned = ClauseReport(PARENT, False, True, "ParentImage in another folder", "started by regsvr32")
    other = Place(r'Image!="C:\\Windows\\System32\\regsvr32.exe"', 72, 13)
    repeated = Place(r'Image!="C:\\WINDOWS\\System32\\regsvr32.exe"', 74, 13)
    unturned = (
        ClauseReport(repeated, False, False, None, None, other),
        ClauseReport(Place('Image="*a.exe"', 80, 9), True, False, None, None, PARENT),
        ClauseReport(Place("what it scans", None, None), False, False, None, None),
    )
    return AnalyticChecks(
        ANALYTIC,
        "Generic Regsvr32",
        f"carhound/analytics/bundled/{ANALYTIC}.yaml",
        ("Any of the Atomic Red Team tests for regsvr32.exe should trigger this.",),
        (),
        (FILE,),
        tuple((name, "pseudocode" if "pseudocode" in name else "spl") for name in NAMES),
        cases,
        (Clauses(MAIN, 12, 804, (turned,)), Clauses(LOAD, 1, 60, (turned, *unturned))),
        not_run,
    )


def check_run(*analytics: AnalyticChecks, **said: tuple[str, ...]) -> CheckRun:
    return CheckRun(("test",), "0.1.0", analytics, **said)


HOLDS = check_run(analytic(case("cmd.exe started by regsvr32", "hhhhhqq"), case("respawn", "qqqqqqq")))
FAILS = check_run(
    analytic(
        case("an unsigned DLL from a user's folder on a share", "QqHhhqq"),
        case("nothing is expected", "hhhhhqq", cells=cells("hhhhhqq", expected=None)),
        case(
            "Atomic 4",
            "qqqqqqq",
            claimed=True,
            about="nothing is started",
            cells=tuple(Cell(name, "quiet", "quiet", (), True, (MISS,)) for name in NAMES[:2]),
        ),
        case("Atomic 1", "hhhhhqq", claimed=True),
    )
)
GAPS = check_run(
    analytic(
        case("blind", "bbqqqbb"),
        case("damaged", "nnnnnnn", problems=("a.evtx: chunk 7 is damaged: bad checksum",), claimed=True),
        not_run=(NotRun(MAIN_P, "the language 'sigma' is not executed"),),
    ),
    untested=tuple(f"analytics/CAR-2013-01-00{n}.yaml" for n in range(1, 9)),
    problems=("b.tests.yaml:1:10: `nam` is no key here (did you mean `name`?)",),
)
HOSTILE_RUN = check_run(
    analytic(
        case(HOSTILE, "Hhhhhqq", about=HOSTILE, claimed=True),
        case(
            "b",
            "Qqqqqqq",
            cells=(Cell(MAIN, "quiet", "hit", (), False, (Reason(HOSTILE, None, HOSTILE, HOSTILE),)),),
        ),
    ),
    problems=(HOSTILE,),
    untested=(HOSTILE,),
)
CHECKS = {"holds": HOLDS, "fails": FAILS, "gaps": GAPS, "hostile": HOSTILE_RUN}
