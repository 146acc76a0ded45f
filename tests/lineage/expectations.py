"""What a hunter must be told of every bundled scenario, by its story and docs/reference/reasons.md.

All of it was written from these two, before the first hunt over them. A scenario without background has one
or two hosts, of which nothing can be rare or common.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Words = str | tuple[str, ...]
"""What the sentence of a reason must name."""

CHILD = ("Main Pattern", "New items since last month", "Spawning child processes")
NOT_NEW = ("Main Pattern", "Spawning child processes")
EXCLUDED = ("Main Pattern", "New items since last month")
LOAD = ("Loading unsigned images",)

NEW = {"new-in-window": "New items since last month"}
"""The reason to look of a child that its baseline does not know."""
FIRST: dict[str, Words] = {"first-seen": "CommandLine"}
SEVERAL: dict[str, Words] = {"several-implementations": "Main Pattern"}


def unheard(host: str, days: int = 30) -> dict[str, Words]:
    """The recording begins after the baseline of 30 days, or in it: new says little."""
    return {"baseline-silent": (host, f"{days} of 30 days")}


def never_met(host: str, days: int = 30) -> dict[str, Words]:
    """What goes with a child that counts as new, and was met once."""
    return {**NEW, **FIRST, **unheard(host, days), **SEVERAL}


@dataclass(frozen=True)
class Expected:
    """A finding."""

    process: str
    """What the story calls the process that was started, or that loaded the module."""
    by: tuple[str, ...]
    reasons: Mapping[str, Words]
    """By code, the weightiest first."""
    module: str | None = None
    day: str | None = None
    """Where the story starts the same command more than once."""


@dataclass(frozen=True)
class Story:
    """What is to be said of a scenario."""

    findings: tuple[Expected, ...] = ()
    """Of the published analytic, in order."""
    blind_spots: Mapping[str, int] = field(default_factory=dict)
    """Events that the published text hides, by the code of the note that says so."""
    companions: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """By companion hunt, deed and process: the reasons to look."""
    hosts: int = 1


def scriptlet_companions(
    process: str, reasons: str, *, network: bool = False, dns: bool = False
) -> dict[tuple[str, str, str], str]:
    """A scriptlet is found by its command line and by its host, and by what it asks of the network."""
    deeds = [("002", "start"), ("002", "load")]
    deeds += [("005", "connect")] * network + [("005", "dns")] * dns
    return {(hunt, deed, process): reasons for hunt, deed in deeds}


SQUIBLYDOO: dict[str, Words] = {
    "url-or-unc-source": "http://updates.example.net/fonts.sct",
    "scriptlet": "scrobj.dll",
    "network-after-load": "regsvr32.exe connected to 203.0.113.80:80",
    "dns-after-load": "updates.example.net",
    "shell-or-script-child": r"C:\Windows\System32\cmd.exe",
}
ALL_THE_THINGS = r"C:\AtomicRedTeam\atomics\T1218.010\bin\AllTheThingsx86.dll"
UNSIGNED_CHILD = Expected("calc", CHILD, {"unsigned-module": ALL_THE_THINGS, **never_met("ws01.example.org")})
UNSIGNED_LOAD = Expected(
    "regsvr32", LOAD, {"unsigned-module": ALL_THE_THINGS, "first-seen": "ImageLoaded"}, ALL_THE_THINGS
)
NOTHING = Story()


def unsigned(process: str, module: str, reasons: Mapping[str, Words], *more: str) -> Expected:
    """An unsigned module from a folder where it should not lie."""
    last = dict.fromkeys(("unsigned-module", *more), module)
    return Expected(process, LOAD, {**reasons, **last, "first-seen": "ImageLoaded"}, module)


def noisy(process: str, by: tuple[str, ...], program: str) -> Expected:
    """A child that installers have too."""
    return Expected(process, by, {**never_met("ws02.example.org"), "known-noisy-child": program})


SHELL = {"shell-or-script-child": r"C:\Windows\System32\cmd.exe"}
WINDOWS_DAYS = "url-or-unc-source scriptlet network-after-load dns-after-load shell-or-script-child"

EXPECTED = {
    # A scriptlet that lies on disk: not unsigned, not from elsewhere, and its child is no shell.
    "atomic-t1218.010-1-succeeds": Story(
        (
            Expected(
                "calc",
                CHILD,
                {
                    "scriptlet": ("scrobj.dll", r"C:\AtomicRedTeam\atomics\T1218.010\src\RegSvr32.sct"),
                    **never_met("ws01.example.org"),
                },
            ),
        ),
        companions=scriptlet_companions("regsvr32", "scriptlet"),
    ),
    # The script never ran, and the published analytic sees only what comes of it.
    "atomic-t1218.010-1-fails": Story(companions=scriptlet_companions("regsvr32", "scriptlet")),
    "atomic-t1218.010-2-succeeds": Story(
        (
            Expected(
                "calc",
                CHILD,
                {
                    "url-or-unc-source": "https://raw.githubusercontent.com/redcanaryco/atomic-red-team/",
                    "scriptlet": "scrobj.dll",
                    "network-after-load": "regsvr32.exe connected to 198.51.100.133:443",
                    "dns-after-load": "raw.githubusercontent.com",
                    **never_met("ws01.example.org"),
                },
            ),
        ),
        companions=scriptlet_companions(
            "regsvr32",
            "url-or-unc-source scriptlet network-after-load dns-after-load",
            network=True,
            dns=True,
        ),
    ),
    # The name was asked for, and nothing came: no connection.
    "atomic-t1218.010-2-fails": Story(
        companions=scriptlet_companions("regsvr32", "url-or-unc-source scriptlet dns-after-load", dns=True)
    ),
    # The child counts as new, the module only as unsigned: the child first.
    "atomic-t1218.010-3-succeeds": Story((UNSIGNED_CHILD, UNSIGNED_LOAD)),
    "atomic-t1218.010-3-fails": NOTHING,
    # Signed, and starts nothing; only its name and place are odd, and the second time as the first.
    "atomic-t1218.010-4-succeeds": Story(
        companions={
            ("004", deed, process): "odd-extension user-writable-path"
            for deed in ("start", "load")
            for process in ("regsvr32", "cleanup")
        }
    ),
    "atomic-t1218.010-4-fails": Story(
        companions={("004", "start", "regsvr32"): "odd-extension user-writable-path"}
    ),
    "atomic-t1218.010-5-succeeds": Story((UNSIGNED_CHILD, UNSIGNED_LOAD)),
    "atomic-t1218.010-5-fails": NOTHING,
    "installer-signed-dlls": NOTHING,
    # The scriptlet first; of the weekly job the run of the last day, which the published baseline, a month
    # before, cannot know; then the others, the newest first.
    "new-items-month": Story(
        (
            Expected("child", CHILD, {**SQUIBLYDOO, **never_met("ws06.example.org")}),
            Expected(
                "weekly-5-child",
                CHILD,
                {
                    **SHELL,
                    **NEW,
                    "seen-before": ("2024-05-17", "5 days"),
                    **unheard("ws05.example.org"),
                    **SEVERAL,
                },
                day="2024-06-14",
            ),
            *(
                Expected(
                    f"weekly-{week}-child",
                    NOT_NEW,
                    {**SHELL, "seen-before": ("2024-05-17", "5 days"), **SEVERAL},
                    day=day,
                )
                for week, day in ((4, "2024-06-07"), (3, "2024-05-31"), (2, "2024-05-24"))
            ),
            Expected("weekly-1-child", NOT_NEW, {**SHELL, **FIRST, **SEVERAL}, day="2024-05-17"),
        ),
        companions=scriptlet_companions("regsvr32", WINDOWS_DAYS, network=True, dns=True),
        hosts=2,
    ),
    # Seen 45 days before is in the baseline, seen 15 days before is not. Of the baseline's 30 days the
    # machine was heard on one, the other machine on none.
    "new-items-windows": Story(
        (
            Expected("child", CHILD, {**SQUIBLYDOO, **never_met("ws06.example.org")}),
            Expected(
                "recent-again-child",
                CHILD,
                {
                    **SHELL,
                    **NEW,
                    "seen-before": ("2024-05-31", "2 days"),
                    **unheard("ws05.example.org", 29),
                    **SEVERAL,
                },
                day="2024-06-15",
            ),
            Expected(
                "old-again-child",
                NOT_NEW,
                {**SHELL, "seen-before": ("2024-05-01", "2 days"), **SEVERAL},
                day="2024-06-15",
            ),
            Expected("recent-first-child", NOT_NEW, {**SHELL, **FIRST, **SEVERAL}, day="2024-05-31"),
            Expected("old-first-child", NOT_NEW, {**SHELL, **FIRST, **SEVERAL}, day="2024-05-01"),
        ),
        companions=scriptlet_companions("regsvr32", WINDOWS_DAYS, network=True, dns=True),
        hosts=2,
    ),
    "registered-text-file": Story(
        (
            unsigned(
                "regsvr32",
                r"C:\Users\carla\Documents\notes.txt",
                {"odd-extension": "notes.txt"},
                "user-writable-path",
            ),
        ),
        companions={
            ("004", deed, "regsvr32"): "odd-extension unsigned-module user-writable-path"
            for deed in ("start", "load")
        },
    ),
    # No path of it ends in regsvr32.exe; the note on the published text counts the start of the copy.
    "renamed-regsvr32": Story(
        blind_spots={"CAR-2019-04-002/D13": 1},
        companions={
            ("001", "start", process): "renamed-binary scriptlet shell-or-script-child user-writable-path"
            for process in ("child", "renamed")
        },
    ),
    "respawn-64-to-32": NOTHING,
    "scriptlet-share": Story(
        (
            Expected(
                "child",
                CHILD,
                {
                    "url-or-unc-source": r"\\files.example.org\public\menu.sct",
                    "scriptlet": "scrobj.dll",
                    **SHELL,
                    **never_met("ws02.example.org"),
                },
            ),
        ),
        companions=scriptlet_companions("regsvr32", "url-or-unc-source scriptlet shell-or-script-child"),
    ),
    # Two of a kind: the newer one first.
    "started-by-script-hosts": Story(
        tuple(
            unsigned(
                process,
                rf"C:\Users\dora\AppData\Local\Temp\{module}",
                {"odd-parent": ("script host", starter)},
                "user-writable-path",
            )
            for process, module, starter in (
                ("second", "ticket.dll", "mshta.exe"),
                ("first", "order.dll", "wscript.exe"),
            )
        ),
        companions={
            ("006", "start", process): "odd-parent unsigned-module user-writable-path"
            for process in ("first", "second")
        },
    ),
    # The share of another machine: what its users may write is not known.
    "started-by-service": Story(
        (
            unsigned(
                "regsvr32",
                r"\\ws09.example.org\c$\ProgramData\agent.dll",
                {
                    "url-or-unc-source": ("share", r"\\ws09.example.org"),
                    "odd-parent": ("services", r"C:\Windows\System32\services.exe"),
                },
            ),
        ),
        companions={("006", "start", "regsvr32"): "url-or-unc-source odd-parent unsigned-module"},
    ),
    "squiblydoo-url": Story(
        (
            Expected(
                "powershell",
                CHILD,
                {
                    "url-or-unc-source": "http://updates.example.net/fonts.sct",
                    "scriptlet": "scrobj.dll",
                    "odd-parent": ("Office", "WINWORD.EXE"),
                    "network-after-load": "regsvr32.exe connected to 203.0.113.80:80",
                    "dns-after-load": "updates.example.net",
                    "shell-or-script-child": "powershell.exe",
                    **never_met("ws04.example.org"),
                },
            ),
        ),
        companions={
            **scriptlet_companions(
                "regsvr32",
                "url-or-unc-source scriptlet odd-parent network-after-load dns-after-load "
                "shell-or-script-child",
                network=True,
                dns=True,
            ),
            ("006", "start", "regsvr32"): "url-or-unc-source scriptlet odd-parent network-after-load "
            "dns-after-load shell-or-script-child",
        },
    ),
    "unsigned-dll-program-files-evil": Story(
        blind_spots={"CAR-2019-04-002/D18": 1},
        companions={("003", "load", "regsvr32"): "program-files-look-alike unsigned-module"},
    ),
    "unsigned-dll-program-files-x86": NOTHING,
    "unsigned-dll-user-folder": Story(
        (unsigned("regsvr32", r"C:\Users\carla\AppData\Roaming\cache\helper.dll", {}, "user-writable-path"),)
    ),
    "unsigned-dll-windows-tasks": Story(
        blind_spots={"CAR-2019-04-002/D19": 2},
        companions={
            ("003", "load", process): "unsigned-module user-writable-path" for process in ("first", "second")
        },
    ),
    "unsigned-dll-windows-temp": Story(
        blind_spots={"CAR-2019-04-002/D19": 1},
        companions={("003", "load", "regsvr32"): "unsigned-module user-writable-path"},
    ),
    # All four are ordinary, and never met before: the newest first. The spawning pattern leaves out three.
    "werfault-and-wevtutil": Story(
        (
            noisy("narrow-wevtutil", CHILD, r"C:\Windows\SysWOW64\wevtutil.exe"),
            noisy("wide-wevtutil", EXCLUDED, r"C:\Windows\System32\wevtutil.exe"),
            noisy("narrow-werfault", EXCLUDED, r"C:\Windows\SysWOW64\WerFault.exe"),
            noisy("wide-werfault", EXCLUDED, r"C:\Windows\System32\WerFault.exe"),
        ),
        blind_spots={"CAR-2019-04-002/D11": 1},
    ),
}
