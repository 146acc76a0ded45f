"""`carhound visibility` over evidence with parts taken away."""

import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from .small_evidence import ESCAPE, HOSTILE, LOAD, UNSEEN, Fields, Run, process, write

SCHEMA = json.loads((resources.files("carhound.outputs") / "schema/visibility-1.json").read_text("utf-8"))
PATTERNS = (
    "Main Pattern",
    "Main Pattern - pseudocode",
    "New items since last month",
    "Spawning child processes",
    "Spawning child processes - pseudocode",
    "Loading unsigned images",
    "Loading unsigned images - pseudocode",
)
Look = Callable[..., dict[str, Any]]


@pytest.fixture
def look(carhound: Run) -> Look:
    """The JSON answer, held against its schema."""

    def asked(*words: object, status: int = 0) -> dict[str, Any]:
        said = carhound("visibility", "-f", "json", *words)
        assert (said.returncode, said.stderr) == (status, "")
        answer: dict[str, Any] = json.loads(said.stdout)
        jsonschema.Draft202012Validator(SCHEMA).validate(answer)
        assert list(answer) == list(SCHEMA["properties"])
        return answer

    return asked


def load(number: int, **fields: object) -> Fields:
    return LOAD | {"RecordNumber": number, "Signed": "false", "Signature": "-", **fields}


def unsigned(fields: Fields) -> Fields:
    return {
        name: value for name, value in fields.items() if not name.startswith("Signed") and name != "Signature"
    }


def verdicts(answer: dict[str, Any], computer: str = "WS1") -> dict[str, str]:
    (host,) = (host for host in answer["hosts"] if host["computer"] == computer)
    return {sight["name"]: sight["can_fire"] for sight in host["implementations"]}


def reasons(answer: dict[str, Any], name: str, computer: str = "WS1") -> list[dict[str, str]]:
    (host,) = (host for host in answer["hosts"] if host["computer"] == computer)
    (sight,) = (sight for sight in host["implementations"] if sight["name"] == name)
    found: list[dict[str, str]] = sight["reasons"]
    return found


CHILDREN = tuple(name for name in PATTERNS if not name.startswith(("Loading", "New")))
LOADS = PATTERNS[-2:]


def test_with_all_there_is_everything_can_fire_but_for_the_baseline(tmp_path: Path, look: Look) -> None:
    write(tmp_path / "a.jsonl", process(1), load(2))
    answer = look("a.jsonl")
    assert verdicts(answer) == dict.fromkeys(PATTERNS, "yes") | {"New items since last month": "part"}
    (baseline,) = reasons(answer, "New items since last month")
    assert baseline["what"].startswith(
        "its baseline, 2024-04-15 00:00:00Z to 2024-05-15 00:00:00Z, holds no event"
    )


def test_no_module_loads(tmp_path: Path, look: Look) -> None:
    write(tmp_path / "a.jsonl", process(1), load(2, Hostname="WS2"))
    answer = look("a.jsonl")
    assert [verdicts(answer)[name] for name in LOADS] == ["no", "no"]
    assert [verdicts(answer)[name] for name in CHILDREN] == ["yes"] * 4
    assert [verdicts(answer, "WS2")[name] for name in CHILDREN] == ["no"] * 4
    (why,) = reasons(answer, LOADS[0])
    assert why["what"] == "no event 7 of Sysmon"
    assert "ImageLoad" in why["hint"]


def test_signed_is_never_false(tmp_path: Path, look: Look) -> None:
    write(tmp_path / "a.jsonl", *(load(at, Signed="true", Signature="Microsoft Windows") for at in range(9)))
    answer = look("a.jsonl")
    assert [verdicts(answer)[name] for name in LOADS] == ["doubt", "doubt"]
    assert [reasons(answer, name)[0]["what"] for name in LOADS] == [
        "Signed=false holds for no event",
        "signer == null holds for no event",
    ]
    assert reasons(answer, LOADS[0])[0]["detail"] == "9 events"
    (signed,) = (one for one in answer["hosts"][0]["fields"] if one["field"] == "Signed")
    assert (signed["present"], signed["values"]) == (9, {"true": 9})


def test_a_field_that_no_event_carries(tmp_path: Path, look: Look) -> None:
    write(tmp_path / "a.jsonl", unsigned(load(1)), unsigned(load(2)))
    answer = look("a.jsonl")
    assert [verdicts(answer)[name] for name in LOADS] == ["no", "no"]
    assert reasons(answer, LOADS[0])[0]["what"] == "no Signed in the events"
    assert "Signature" in reasons(answer, LOADS[1])[0]["what"]


def test_a_field_that_one_file_lacks(tmp_path: Path, look: Look) -> None:
    write(tmp_path / "a.jsonl", unsigned(load(1)), unsigned(load(2)))
    write(tmp_path / "b.jsonl", load(3))
    answer = look("a.jsonl", "b.jsonl")
    assert verdicts(answer)[LOADS[0]] == "part"
    (why,) = reasons(answer, LOADS[0])
    assert (why["what"], why["detail"]) == ("no Signed in the events in some files", "2 of 3 events")


def test_a_host_judged_by_itself_where_another_in_its_file_has_the_field(tmp_path: Path, look: Look) -> None:
    write(tmp_path / "a.jsonl", unsigned(load(1)), load(2, Hostname="WS2"))
    answer = look("a.jsonl")
    assert (verdicts(answer)[LOADS[0]], verdicts(answer, "WS2")[LOADS[0]]) == ("no", "yes")


def creation(number: int, **fields: object) -> Fields:
    base = process(number, SourceName="Microsoft-Windows-Security-Auditing", Channel="Security", EventID=4688)
    kept = {
        name: base[name]
        for name in ("SourceName", "Channel", "EventID", "Hostname", "RecordNumber", "TimeCreated")
    }
    return kept | {
        "NewProcessName": r"C:\a.exe",
        "ParentProcessName": r"C:\b.exe",
        "NewProcessId": "0x1",
        **fields,
    }


def test_process_creations_of_the_security_log(tmp_path: Path, look: Look, carhound: Run) -> None:
    write(tmp_path / "a.jsonl", creation(1), creation(2))
    answer = look("a.jsonl")
    assert verdicts(answer)["Main Pattern - pseudocode"] == "yes"
    assert verdicts(answer)["Main Pattern"] == "no"
    (found,) = (one for one in answer["hosts"][0]["fields"] if one["field"] == "CommandLine")
    assert (found["kind"], found["events"], found["present"]) == ("Security 4688", 2, 0)
    page = carhound("visibility", "a.jsonl").stdout
    assert "hint  set the policy 'Include command line in process creation events'" in page


def test_process_creations_without_a_parent(tmp_path: Path, look: Look) -> None:
    write(tmp_path / "a.jsonl", creation(1, ParentProcessName=None), process(2))
    write(tmp_path / "b.jsonl", creation(1, ParentProcessName=None, Hostname="WS2"))
    answer = look("a.jsonl", "b.jsonl")
    assert verdicts(answer)["Main Pattern - pseudocode"] == "part"
    assert verdicts(answer, "WS2")["Main Pattern - pseudocode"] == "no"
    (why,) = reasons(answer, "Main Pattern - pseudocode", "WS2")
    assert "Server 2016" in why["hint"]


def test_days(tmp_path: Path, look: Look, carhound: Run) -> None:
    days = ("2024-06-01", "2024-06-02", "2024-06-05")
    write(
        tmp_path / "a.jsonl",
        *(process(at, TimeCreated=f"{day}T12:00:00Z") for at, day in enumerate(days)),
        load(9, TimeCreated="2024-06-05T12:00:00Z"),
    )
    answer = look("a.jsonl")
    (host,) = answer["hosts"]
    assert (host["days"], host["silent_days"], host["silent"]) == (3, 2, ["2024-06-03", "2024-06-04"])
    (quiet,) = reasons(answer, LOADS[0])
    assert (verdicts(answer)[LOADS[0]], quiet["detail"]) == ("part", "2 of 3 days")
    assert (
        "no event at all on 2 days in between: 2024-06-03, 2024-06-04"
        in carhound("visibility", "a.jsonl").stdout
    )


def test_days_are_those_of_the_zone(tmp_path: Path, look: Look) -> None:
    times = ("2024-06-14T03:59:00Z", "2024-06-14T04:00:00Z")
    write(tmp_path / "a.jsonl", *(process(at, TimeCreated=one) for at, one in enumerate(times)))
    for zone, days in (("UTC", 1), ("America/New_York", 2)):
        assert look("a.jsonl", "--tz", zone)["hosts"][0]["days"] == days


def test_a_gap_and_a_clock_set_back(tmp_path: Path, look: Look, carhound: Run) -> None:
    def minute(number: int) -> str:
        return f"2024-06-14T{12 if number < 20 else 9:02}:{number:02}:00Z"

    ids = [number for number in range(1, 31) if number not in (7, 8, 9, 15)]
    write(tmp_path / "a.jsonl", *(process(one, TimeCreated=minute(one)) for one in ids))
    (log,) = look("a.jsonl")["hosts"][0]["logs"]
    records = log["records"]
    assert (records["missing"], records["holes"], records["exact"], records["looks_filtered"]) == (
        4,
        2,
        True,
        False,
    )
    assert records["gaps"][0] == {
        "missing": 3,
        "after": 6,
        "before": 10,
        "from": "2024-06-14T12:06:00Z",
        "to": "2024-06-14T12:10:00Z",
    }
    assert records["clock_jumps"] == 1
    assert records["largest_clock_jumps"] == [
        {"record": 20, "from": "2024-06-14T12:19:00Z", "to": "2024-06-14T09:20:00Z"}
    ]
    page = " ".join(carhound("visibility", "a.jsonl").stdout.split())
    assert "4 of 30 records are missing in 2 gaps, the largest of 3 between 2024-06-14 12:06:00Z and" in page
    assert "time goes back once" in page


def test_gaps_are_filled_by_another_file(tmp_path: Path, look: Look) -> None:
    write(tmp_path / "a.jsonl", process(1), process(2), process(5))
    write(tmp_path / "b.jsonl", process(3), process(4), process(5))
    (log,) = look("a.jsonl", "b.jsonl")["hosts"][0]["logs"]
    assert (log["records"]["missing"], log["records"]["repeats"], log["records"]["present"]) == (0, 1, 5)


CLEARED = process(1) | {
    "SourceName": "Microsoft-Windows-Eventlog",
    "Channel": "Security",
    "EventID": 1102,
    "SubjectUserName": "eve",
    "SubjectDomainName": "EXAMPLE",
}


def test_what_was_cleared_stopped_and_set(tmp_path: Path, look: Look) -> None:
    kernel = {"SourceName": "Microsoft-Windows-Kernel-General", "Channel": "System", "EventID": 1}
    write(
        tmp_path / "a.jsonl",
        CLEARED,
        process(2, EventID=4, State="Stopped", Version="13.33", SchemaVersion="4.81"),
        process(3, EventID=16, Configuration=r"C:\new.xml", ConfigurationFileHash="SHA256=AB"),
        process(4, **kernel, OldTime="2024-06-14T12:00:00.0000000Z", NewTime="2024-06-14T10:30:00.0000000Z"),
        process(5, **kernel, OldTime="2024-06-14T12:00:00.0000000Z", NewTime="2024-06-14T12:00:01.0000000Z"),
        process(6, SourceName="Other", Channel="Other", EventID=1102),
    )
    (host,) = look("a.jsonl", status=3)["hosts"]
    assert sorted((one["kind"], one["text"]) for one in host["notices"]) == [
        ("cleared", r"Security was cleared by EXAMPLE\eve"),
        ("configuration", r"the configuration of Sysmon was changed: C:\new.xml (SHA256=AB)"),
        ("service", "Sysmon stopped, version 13.33, schema 4.81"),
        ("time", "the clock was set back by 1:30:00, to 2024-06-14 10:30:00Z"),
    ]
    assert host["sysmon"]["stated"] == ["13.33"]


def test_the_version_of_sysmon_is_told_by_what_it_wrote(tmp_path: Path, look: Look) -> None:
    write(
        tmp_path / "a.jsonl",
        process(1, ParentUser="x"),
        process(2, Hostname="WS2", OriginalFileName="cmd.exe"),
        process(3, Hostname="WS3"),
    )
    found = {host["computer"]: host["sysmon"]["at_least"] for host in look("a.jsonl")["hosts"]}
    assert found == {"WS1": "13.30", "WS2": "10.0", "WS3": None}


def test_few_programs_with_module_loads(tmp_path: Path, look: Look) -> None:
    write(tmp_path / "a.jsonl", load(1, Image=r"C:\A\Odd.exe"), load(2, Image=r"C:\b\odd.EXE"))
    assert look("a.jsonl")["hosts"][0]["module_loads_of"] == ["odd.exe"]


CONFIG = """\
<Sysmon schemaversion="4.50"><EventFiltering>
<RuleGroup name="" groupRelation="or"><ProcessCreate onmatch="exclude">
<ParentImage condition="image">{parent}</ParentImage></ProcessCreate></RuleGroup>
{loads}
</EventFiltering></Sysmon>
"""


def rules(answer: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["verdict"] for one in answer["sysmon_config"]["implementations"]}


def test_a_sysmon_configuration_that_hides_everything(tmp_path: Path, look: Look, carhound: Run) -> None:
    write(tmp_path / "a.jsonl", process(1))
    loads = '<ImageLoad onmatch="include"/>'
    (tmp_path / "s.xml").write_text(CONFIG.format(parent="regsvr32.exe", loads=loads), encoding="utf-8")
    answer = look("a.jsonl", "--sysmon-config", "s.xml")
    assert rules(answer) == dict.fromkeys(PATTERNS, "hidden")
    main = answer["sysmon_config"]["implementations"][0]
    assert 0 < main["hidden_samples"] == main["samples"]
    assert main["hidden"][0]["about"]["ParentImage"].lower().endswith("regsvr32.exe")
    assert "line 2: ParentImage image 'regsvr32.exe'" in main["hidden"][0]["rule"]
    page = carhound("visibility", "a.jsonl", "--sysmon-config", "s.xml").stdout
    assert 'event 7   ImageLoad, nothing logged: <ImageLoad onmatch="include">, line 4: it is empty' in page


def test_a_sysmon_configuration_that_hides_signed_or_system_modules(tmp_path: Path, look: Look) -> None:
    write(tmp_path / "a.jsonl", process(1))
    rule = '<ImageLoaded condition="begin with">C:\\Windows\\</ImageLoaded>'
    loads = f'<ImageLoad onmatch="exclude">{rule}</ImageLoad>'
    (tmp_path / "s.xml").write_text(CONFIG.format(parent="cmd.exe", loads=loads), encoding="utf-8")
    assert rules(look("a.jsonl", "--sysmon-config", "s.xml")) == dict.fromkeys(PATTERNS, "shown")
    loads = '<ImageLoad onmatch="include"><Signed condition="is">true</Signed></ImageLoad>'
    (tmp_path / "s.xml").write_text(CONFIG.format(parent="cmd.exe", loads=loads), encoding="utf-8")
    found = rules(look("a.jsonl", "--sysmon-config", "s.xml"))
    assert [found[name] for name in LOADS] == ["hidden", "hidden"]


def test_module_loads_without_a_filter_are_not_logged_by_default(tmp_path: Path, look: Look) -> None:
    write(tmp_path / "a.jsonl", process(1))
    (tmp_path / "s.xml").write_text(CONFIG.format(parent="cmd.exe", loads=""), encoding="utf-8")
    answer = look("a.jsonl", "--sysmon-config", "s.xml")
    assert {one["event_id"]: one["logged"] for one in answer["sysmon_config"]["events"]} == {
        "1": "some",
        "7": "none",
    }
    assert [rules(answer)[name] for name in LOADS] == ["hidden", "hidden"]


def test_an_analytic_of_ones_own(tmp_path: Path, look: Look) -> None:
    write(tmp_path / "a.jsonl", process(1))
    (tmp_path / "dns.spl").write_text('index=__your_sysmon_data__ EventCode=22 QueryName="*.example"')
    (tmp_path / "s.xml").write_text(CONFIG.format(parent="cmd.exe", loads=""), encoding="utf-8")
    answer = look("a.jsonl", "-a", "dns.spl", "--sysmon-config", "s.xml", status=3)
    (sight,) = answer["hosts"][0]["implementations"]
    assert (sight["can_fire"], sight["reasons"][0]["what"]) == ("no", "no event 22 of Sysmon")
    assert "<DnsQuery>" in sight["reasons"][0]["hint"]
    (verdict,) = answer["sysmon_config"]["implementations"]
    assert verdict["verdict"] == "hidden"


def test_exit_status(tmp_path: Path, carhound: Run) -> None:
    write(tmp_path / "a.jsonl", process(1))
    write(tmp_path / "cut.jsonl", process(1), cut=True)
    write(tmp_path / "other.jsonl", process(1, EventID=5))
    (tmp_path / "bad.xml").write_text("<a/>")
    assert carhound("visibility", "a.jsonl").returncode == 0
    assert carhound("visibility", "cut.jsonl").returncode == 4
    assert carhound("visibility", "other.jsonl").returncode == 3
    assert carhound("visibility", "absent").returncode == 2
    bad = carhound("visibility", "a.jsonl", "--sysmon-config", "bad.xml")
    assert bad.returncode == 2
    assert "begins with <a>" in bad.stderr


def test_hostile_text_is_escaped(tmp_path: Path, carhound: Run) -> None:
    write(
        tmp_path / "a.jsonl",
        process(1, Hostname=HOSTILE),
        process(5, Hostname=HOSTILE, Channel=HOSTILE),
        process(2, Hostname=HOSTILE, EventID=16, Configuration=ESCAPE),
        load(3, Hostname=HOSTILE, Image=HOSTILE, Signed=HOSTILE),
        CLEARED | {"SubjectUserName": HOSTILE},
    )
    for style in ("table", "json"):
        said = carhound("visibility", "a.jsonl", "-f", style)
        assert said.returncode == 0, said.stderr
        assert not [one for one in UNSEEN if one in said.stdout]


def test_simulated_machines_can_show_everything(tmp_path: Path, look: Look, carhound: Run) -> None:
    words = ("unsigned-dll-user-folder", "--hosts", "1", "--days", "2", "-o", "all.jsonl", "-q")
    assert carhound("simulate", *words).returncode == 0
    whole = look("all.jsonl")
    lines = (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()
    for host in whole["hosts"]:
        assert host["silent_days"] == 0
        assert {log["records"]["missing"] for log in host["logs"]} == {0}
        counted = sum(json.loads(line)["winlog"]["computer_name"] == host["computer"] for line in lines)
        assert host["events"] == counted
        assert host["sysmon"]["at_least"] == "13.30"
    without = [line for line in lines if json.loads(line)["winlog"]["event_id"] not in (7, "7")]
    assert len(without) < len(lines)
    (tmp_path / "less.jsonl").write_text("\n".join(without) + "\n", encoding="utf-8")
    less = look("less.jsonl")
    for host in less["hosts"]:
        found = verdicts(less, host["computer"])
        assert [found[name] for name in LOADS] == ["no", "no"]
        assert [found[name] for name in CHILDREN] == ["yes"] * 4
        (sysmon,) = (log for log in host["logs"] if log["log"].endswith("Sysmon/Operational"))
        assert sysmon["records"]["missing"] > 0


def test_many_hosts_stay_calm(tmp_path: Path, carhound: Run) -> None:
    write(tmp_path / "a.jsonl", *(process(at, Hostname=f"WS{at:03}") for at in range(60)))
    page = carhound("visibility", "a.jsonl").stdout
    assert "and 10 more hosts: --format json lists them all" in page
    assert len(page.splitlines()) < 100
