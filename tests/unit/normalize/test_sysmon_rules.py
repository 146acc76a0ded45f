"""Sysmon configurations: which events they let through, by hand-made rules."""

from pathlib import Path

import pytest

from carhound.errors import DocumentError
from carhound.normalize.sysmon_config import SysmonConfig, event_tags, read_config
from carhound.normalize.sysmon_rules import CONDITIONS, FieldRule

REGSVR32 = r"C:\Windows\System32\regsvr32.exe"
LOAD = {"Image": REGSVR32, "ImageLoaded": r"C:\Users\a\x.dll", "Signed": "false", "Signature": "-"}


def config(tmp_path: Path, filtering: str, schema: str = "4.50") -> SysmonConfig:
    path = tmp_path / "sysmon.xml"
    path.write_text(
        f'<Sysmon schemaversion="{schema}">\n<EventFiltering>\n{filtering}\n</EventFiltering>\n</Sysmon>',
        encoding="utf-8",
    )
    return read_config(str(path))


def logged(tmp_path: Path, filtering: str, schema: str = "4.50", tag: str = "ImageLoad") -> bool:
    return config(tmp_path, filtering, schema).filters[tag].fate(LOAD).logged


@pytest.mark.parametrize(
    ("condition", "data", "holds"),
    [
        ("is", "c:\\windows\\SYSTEM32\\regsvr32.exe", True),
        ("is", "regsvr32.exe", False),
        ("is any", r"a;C:\Windows\System32\regsvr32.exe", True),
        ("is any", "a;regsvr32.exe", False),
        ("is not", "regsvr32.exe", True),
        ("contains", "SYSTEM32", True),
        ("contains", "syswow64", False),
        ("contains any", "syswow64;system32", True),
        ("contains any", "syswow64;temp", False),
        ("contains any", "syswow64;temp;", True),
        ("contains all", "windows;regsvr", True),
        ("contains all", "windows;temp", False),
        ("excludes", "temp", True),
        ("excludes", "windows", False),
        ("excludes any", "temp;users", True),
        ("excludes any", "temp;windows", False),
        ("excludes all", "temp;windows", True),
        ("excludes all", "regsvr32;windows", False),
        ("begin with", "c:\\windows\\", True),
        ("begin with", "windows", False),
        ("not begin with", "windows", True),
        ("end with", "\\REGSVR32.EXE", True),
        ("not end with", ".exe", False),
        ("less than", "d", True),
        ("more than", "d", False),
        ("image", "regsvr32.exe", True),
        ("image", "vr32.exe", False),
        ("image", r"C:\Windows\System32\regsvr32.exe", True),
        ("image", r"system32\regsvr32.exe", False),
        ("begin with", "%SystemRoot%\\system32", True),
        ("begin with", "%LOCALAPPDATA%", False),
    ],
)
def test_conditions(condition: str, data: str, holds: bool) -> None:
    assert FieldRule("Image", condition, data).matches(LOAD) is holds


def test_every_condition_of_the_documentation_is_there() -> None:
    named = "is, is any, is not, contains, contains any, contains all, excludes, excludes any, excludes all"
    named += ", begin with, end with, not begin with, not end with, less than, more than, image"
    assert set(CONDITIONS) == set(named.split(", "))


def test_an_event_without_the_field_is_not_matched() -> None:
    assert not FieldRule("Company", "is not", "x").matches(LOAD)


def test_lists(tmp_path: Path) -> None:
    assert not logged(tmp_path, '<ImageLoad onmatch="include"/>')
    assert logged(tmp_path, '<ImageLoad onmatch="exclude"/>')
    hit = '<Image condition="image">regsvr32.exe</Image>'
    miss = '<Image condition="image">cmd.exe</Image>'
    assert logged(tmp_path, f'<ImageLoad onmatch="include">{hit}</ImageLoad>')
    assert not logged(tmp_path, f'<ImageLoad onmatch="include">{miss}</ImageLoad>')
    assert not logged(tmp_path, f'<ImageLoad onmatch="exclude">{hit}</ImageLoad>')
    assert logged(tmp_path, f'<ImageLoad onmatch="exclude">{miss}</ImageLoad>')


def test_an_exclude_filter_goes_before_an_include_filter_wherever_it_stands(tmp_path: Path) -> None:
    rules = '<Image condition="image">regsvr32.exe</Image>'
    both = f'<ImageLoad onmatch="include">{rules}</ImageLoad><ImageLoad onmatch="exclude">{rules}</ImageLoad>'
    assert not logged(tmp_path, both)
    fate = config(tmp_path, both).filters["ImageLoad"].fate(LOAD)
    assert fate.why == "<ImageLoad onmatch=\"exclude\">, line 3: Image image 'regsvr32.exe'"


def test_with_both_filters_what_none_matches_is_not_logged(tmp_path: Path) -> None:
    miss = '<Image condition="image">cmd.exe</Image>'
    both = f'<ImageLoad onmatch="include">{miss}</ImageLoad><ImageLoad onmatch="exclude">{miss}</ImageLoad>'
    assert not logged(tmp_path, both)


FIELDS = '<Image condition="image">regsvr32.exe</Image><Signed condition="is">true</Signed>'


def test_how_fields_are_combined(tmp_path: Path) -> None:
    filled = f'<ImageLoad onmatch="include">{FIELDS}</ImageLoad>'
    assert not logged(tmp_path, filled, "4.50")
    assert logged(tmp_path, filled, "4.1")
    assert logged(tmp_path, filled, "4.00")
    assert logged(tmp_path, filled, "3.40")
    assert not logged(tmp_path, filled, "4.22")
    assert logged(tmp_path, f'<RuleGroup name="" groupRelation="or">{filled}</RuleGroup>')
    assert not logged(tmp_path, f'<RuleGroup name="" groupRelation="and">{filled}</RuleGroup>')
    assert not logged(tmp_path, f"<RuleGroup>{filled}</RuleGroup>")


def test_one_field_twice_is_an_alternative_but_not_in_a_rule(tmp_path: Path) -> None:
    twice = '<Image condition="image">cmd.exe</Image><Image condition="image">regsvr32.exe</Image>'
    signed = '<Signed condition="is">false</Signed>'
    assert logged(tmp_path, f'<ImageLoad onmatch="include">{twice}{signed}</ImageLoad>')
    rule = f'<Rule groupRelation="and" name="x">{twice}</Rule>'
    assert not logged(tmp_path, f'<ImageLoad onmatch="include">{rule}</ImageLoad>')
    rule = f'<Rule groupRelation="or">{twice}</Rule>'
    assert logged(tmp_path, f'<ImageLoad onmatch="include">{rule}{signed}</ImageLoad>')
    assert not logged(
        tmp_path, f'<ImageLoad onmatch="include">{rule}<Signed condition="is">true</Signed></ImageLoad>'
    )


def test_what_is_logged_without_a_filter() -> None:
    tags = event_tags()
    assert (tags["1"].default, tags["7"].default, tags["3"].default) == ("on", "off", "off")
    assert tags["7"].tag == "ImageLoad"


@pytest.mark.parametrize("name", ["DnsQuery", "DNSQuery"])
def test_tags_are_known_in_any_letter_case(tmp_path: Path, name: str) -> None:
    assert set(config(tmp_path, f'<{name} onmatch="include"/>').filters) == {"DnsQuery"}


def test_a_variable_that_is_not_known_is_told(tmp_path: Path) -> None:
    rule = '<ImageLoaded condition="begin with">%APPDATA%\\x</ImageLoaded>'
    (remark,) = config(tmp_path, f'<ImageLoad onmatch="exclude">{rule}</ImageLoad>').remarks
    assert "%APPDATA%" in remark


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Sysmon schemaversion="4.5">&b;</Sysmon>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "document type"),
        ('<!DOCTYPE Sysmon SYSTEM "file:///etc/passwd"><Sysmon/>', "document type"),
        ("<Sysmon>", "no XML"),
        ("", "no XML"),
        ("<Other/>", "begins with <Other>"),
        (
            "<Sysmon><EventFiltering><Nonsense onmatch='include'/></EventFiltering></Sysmon>",
            "no event of Sysmon",
        ),
        ("<Sysmon><EventFiltering><ImageLoad/></EventFiltering></Sysmon>", "neither"),
        (
            "<Sysmon><EventFiltering><ImageLoad onmatch='include'><Image condition='like'>x</Image>"
            "</ImageLoad></EventFiltering></Sysmon>",
            "no condition is called 'like'",
        ),
        (
            "<Sysmon><EventFiltering><RuleGroup groupRelation='xor'><ImageLoad onmatch='include'/>"
            "</RuleGroup></EventFiltering></Sysmon>",
            "groupRelation is 'xor'",
        ),
        ("<Sysmon>" * 100, "too deep"),
    ],
    ids=lambda value: value[:20].strip() if isinstance(value, str) else None,
)
def test_what_is_no_configuration(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError, match=said):
        read_config(str(path))


def test_a_file_in_utf_16_is_read(tmp_path: Path) -> None:
    path = tmp_path / "wide.xml"
    text = (
        '<Sysmon schemaversion="4.5"><EventFiltering><ImageLoad onmatch="include"/></EventFiltering></Sysmon>'
    )
    path.write_bytes(text.encode("utf-16"))
    assert set(read_config(str(path)).filters) == {"ImageLoad"}


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        read_config(str(tmp_path / "absent.xml"))
