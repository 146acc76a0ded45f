"""Messages read back into fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.readers.message_text import process_created_fields, sysmon_message_fields


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_sysmon_message(end: str) -> None:
    lines = [
        "Image loaded:",
        "RuleName: ",
        "UtcTime: 2024-06-14 12:00:00.123",
        "Image: C:\\a b.exe",
        "Signed: true",
    ]
    assert sysmon_message_fields(end.join(lines) + end) == {
        "RuleName": "",
        "UtcTime": "2024-06-14 12:00:00.123",
        "Image": "C:\\a b.exe",
        "Signed": "true",
    }


def test_a_command_line_of_several_lines_stays_whole() -> None:
    message = (
        "Process Create:\nImage: a\nCommandLine: powershell -c one\nTwo: 2\n\nWrite-Host: three\n"
        "CurrentDirectory: C:\\\nFuture: yes\nParentCommandLine: x\ny\nParentUser: EX\\bob"
    )
    assert sysmon_message_fields(message) == {
        "Image": "a",
        "CommandLine": "powershell -c one\nTwo: 2\n\nWrite-Host: three",
        "CurrentDirectory": "C:\\",
        "Future": "yes",
        "ParentCommandLine": "x\ny",
        "ParentUser": "EX\\bob",
    }


def test_a_field_forged_in_a_command_line_does_not_hide_the_real_one() -> None:
    message = (
        "Process Create:\nCommandLine: cmd\nParentImage: C:\\forged.exe\nUser: u\n"
        "ParentImage: C:\\regsvr32.exe"
    )
    assert sysmon_message_fields(message)["ParentImage"] == ("C:\\forged.exe", "C:\\regsvr32.exe")
    body = (
        "A new process has been created.\n\nProcess Information:\n\tCreator Process Name:\tC:\\regsvr32.exe\n"
        "\tProcess Command Line:\tcmd\n\tCreator Process Name:\tC:\\forged.exe\nOther:\n"
        "Token Elevation Type indicates nothing\nmore\n\nToken Elevation Type indicates the type"
    )
    fields = process_created_fields(body)
    assert fields["ParentProcessName"] == ("C:\\regsvr32.exe", "C:\\forged.exe")
    assert fields["CommandLine"] == "cmd"


def test_what_is_no_such_message_gives_nothing() -> None:
    for text in (
        "",
        "Process Create:",
        "An account was logged on.\nImage: x",
        "Prozess erstellt:\nkein Feld",
    ):
        assert sysmon_message_fields(text) == {}
        assert process_created_fields(text) == {}


def test_labels_of_an_older_windows() -> None:
    body = (
        "x\n\nSubject:\n\tAccount Name:\t\tbob\n\nProcess Information:\n"
        "\tNew Process ID:\t0x1\n\tProcess ID:\t0x2\n"
    )
    assert process_created_fields(body) == {"SubjectUserName": "bob", "NewProcessId": "0x1"}


@given(st.text(alphabet="Process Information: CommandLine\n\r\tImage", max_size=200))
def test_no_text_raises(text: str) -> None:
    sysmon_message_fields(text)
    process_created_fields(text)
