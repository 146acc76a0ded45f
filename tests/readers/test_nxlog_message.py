"""Flat NXLog records that carry only the rendered message."""

from typing import Any

from carhound.readers.notes import Notes

from .reading import CREATION, LOAD, SYSMON, car, codes, key, read, winlogbeat7

RECORD: dict[str, Any] = {
    "EventTime": "2024-06-14 14:00:00",
    "Hostname": "ws1.example.org",
    "EventType": "INFO",
    "EventID": 1,
    "SourceName": SYSMON,
}


def message(data: dict[str, str], end: str = "\r\n") -> str:
    return "Process Create:" + end + end.join(f"{name}: {value}" for name, value in data.items())


def test_the_message_is_the_event() -> None:
    for event_id, data in ((1, CREATION), (7, LOAD)):
        for end in ("\r\n", "\n"):
            notes = Notes()
            event = read({**RECORD, "EventID": event_id, "Message": message(data, end)}, "nxlog", notes)
            own = winlogbeat7(str(event_id), data)
            assert event.data == data
            assert (key(event), car(event), event.time) == (key(own), car(own), own.time)
            assert codes(notes) == ["EV-M1"]


def test_fields_that_are_written_out_come_first() -> None:
    """The message is not asked where the payload is there, and never for another provider."""
    notes = Notes()
    event = read({**RECORD, **CREATION, "Message": message(LOAD)}, "nxlog", notes)
    assert event.data == CREATION
    other = read({**RECORD, "SourceName": "Other", "Message": message(LOAD)}, "nxlog", notes)
    assert other.data == {}
    plain = read({**RECORD, "Message": "Sysmon has started."}, "nxlog", notes)
    assert plain.data == {}
    assert "EV-M1" not in codes(notes)
