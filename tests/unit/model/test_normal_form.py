"""Command lines that differ only by what changes from start to start have one normal form."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.model.normal_form import normal_form

GUID = "{12345678-90AB-cdef-1234-567890abcdef}"


@pytest.mark.parametrize(
    ("command_line", "form"),
    [
        ("", ""),
        ("  regsvr32.exe\t /S  A.DLL ", "regsvr32.exe /s a.dll"),
        (f"rundll32 x,#1 {GUID}", "rundll32 x,#<n> {<guid>}"),
        (r"C:\Users\Bob Smith\AppData\x.dll", r"c:\users\<user>\appdata\x.dll"),
        (r"type C:\Users\bob /s", r"type c:\users\<user> /s"),
        ("C:/Users/bob/x.dll", "c:/users/<user>/x.dll"),
        (rf"C:\Users\{'a1-' * 40}23 /s", r"c:\users\<user> /s"),
        (r"\\srv\c$\Documents and Settings\bob\x", r"\\srv\c$\documents and settings\<user>\x"),
        (r"C:\Users\Public\x.dll", r"c:\users\public\x.dll"),
        (r"C:\Temp\tmpA1B2.tmp", r"c:\temp\<tmp>"),
        (r"~DF3C.tmp is-K4Q2B.tmp mso1F2A.tmp evil.tmp", "<tmp> <tmp> <tmp> evil.tmp"),
        ("S-1-5-21-1-2-3-1001", "<sid>"),
        ("0x1F4 deadbeef01 deadbeef 12345678", "<hex> <hex> deadbeef <n>"),
        ("-p 80 10.0.0.5:8080 v1.2.3", "-p <n> <n>:<n> v<n>"),
        ("2024-06-14 2024-06-14T12:00:01.5Z", "<date> <date>"),
        ("System32 regsvr32 x64 KB5003173 log_20240614.txt", "system32 regsvr32 x64 kb<n> log_<n>.txt"),
    ],
)
def test_examples(command_line: str, form: str) -> None:
    assert normal_form(command_line) == form


PIECES = st.sampled_from(
    [*"0aé .\\/-_:~<>", "<n>", "1234", "1.2", "deadbee1", "s-1-5", "12345678-1234-1234-1234-123456789012"]
    + [":\\users\\", "bob", "tmp1", ".tmp", "is-abcde", "~df", "0x1", "2024-06-14", "t12:00", "z", "2024"]
)


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=40))
def test_the_form_of_a_form_is_itself(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)


@pytest.mark.parametrize(
    "text",
    ["1.", "a", "0", "1-", "s-1-", ":\\users\\", "a ", "tmp", "is-", "~df", "12345678-", "<n>", "0x", "a1"],
)
def test_half_a_megabyte_of_hostile_text_takes_no_time(text: str) -> None:
    started = time.process_time()
    normal_form("s-1-" + text * (500_000 // len(text)) + "x")
    assert time.process_time() - started < 5
