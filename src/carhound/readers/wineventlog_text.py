"""The classic text of an event, as Splunk's `WinEventLog` input writes it: `Name=value` lines, a message.

Format: Splunk, "Monitor Windows event log data with Splunk Enterprise" (inputs.conf, `renderXml = false`):
the local time, a header, and from `Message=` to the end the rendered message.
"""

import re

from carhound.model.event import RawEvent, Value
from carhound.readers.message_text import process_created_fields, sysmon_message_fields
from carhound.readers.notes import Notes
from carhound.readers.times import event_time

SYSMON = "Microsoft-Windows-Sysmon"
SYSMON_CHANNEL = "Microsoft-Windows-Sysmon/Operational"
SECURITY = "Microsoft-Windows-Security-Auditing"

_SIGN = re.compile(r"^(?:LogName|EventCode)=", re.MULTILINE)
_FIELD = re.compile(r"(\w+)=(.*)", re.DOTALL)
_MESSAGE = re.compile(r"^Message=", re.MULTILINE)
_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4}) (\d\d):(\d\d):(\d\d(?:\.\d{1,9})?) ([AP])M", re.ASCII)
_ENDS = re.compile(r"\r\n|\n|\r")
_NAMES = {"Microsoft Windows security auditing.": SECURITY}
"""A provider's name for display -> its name."""


def is_classic(text: str) -> bool:
    """Whether the text starts like an event of this format."""
    return _SIGN.search(text, 0, 1024) is not None


def provider_name(name: str | None, channel: str | None) -> str | None:
    """The provider's own name. Sysmon's channel tells it too: nobody else writes there."""
    if name is None:
        return SYSMON if channel is not None and channel.lower() == SYSMON_CHANNEL.lower() else None
    return _NAMES.get(name, name)


def classic_event(text: str, position: str, notes: Notes, stamp: str | None = None) -> RawEvent:
    """The raw event of one text; `stamp` is when the collector says it was.

    The header stays in `meta` under its own names, but for `User`: that is the account that logged the event,
    which other shapes have in their System part, and no user of the event's.
    """
    message = _MESSAGE.search(text)
    header, local = _header(text[: message.start()] if message else text)
    channel = header.get("LogName")
    event_id = header.get("EventCode")
    provider = provider_name(header.get("SourceName"), channel)
    meta: dict[str, Value] = {
        "System_User" if name == "User" else name: value for name, value in header.items() if value
    }
    data: dict[str, Value] = {}
    if message:
        meta["Message"] = body = text[message.end() :].rstrip("\r\n")
        if provider == SYSMON:
            data = sysmon_message_fields(body)
        elif provider == SECURITY and event_id == "4688":
            data = process_created_fields(body)
    return RawEvent(
        provider=provider,
        channel=channel,
        event_id=event_id,
        computer=header.get("ComputerName"),
        record_id=header.get("RecordNumber"),
        time=event_time(notes, None, data.get("UtcTime"), stamp, local),
        data=data,
        meta=meta,
        position=position,
    )


def _header(text: str) -> tuple[dict[str, str], str | None]:
    """Its fields, and the local time above them as ISO 8601."""
    fields: dict[str, str] = {}
    local: str | None = None
    for line in _ENDS.split(text):
        if field := _FIELD.fullmatch(line):
            fields.setdefault(field[1], field[2].strip())
        elif local is None and (date := _DATE.fullmatch(line.strip())):
            month, day, year, hour, minute, second, half = date.groups()
            hours = int(hour) % 12 + (12 if half == "P" else 0)
            local = f"{year}-{month}-{day} {hours:02}:{minute}:{second}"
    return fields, local
