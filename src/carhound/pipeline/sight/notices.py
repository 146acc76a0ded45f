"""Events that bear on what a log can show: it was cleared, the sensor stopped, the clock was set."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from carhound.findings.record_ids import SLACK
from carhound.findings.visibility import Notice
from carhound.model.datasets import SECURITY, SYSMON, Dataset
from carhound.model.event import Event
from carhound.model.instants import parse_time, readable_time

_EVENTLOG = Dataset("eventlog", "microsoft-windows-eventlog")
_KERNEL = Dataset("kernel", "microsoft-windows-kernel-general")
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f"))
"""Windows puts marks of direction between the parts of a date."""


def notice_of(event: Event) -> Notice | None:
    """What an event has to say of its log; None for nearly all."""
    make = _MAKERS.get(event.event_id or "")
    return make(event) if make is not None else None


def _cleared(event: Event) -> Notice | None:
    if not _EVENTLOG.holds(event.provider, event.channel) and event.provider is not None:
        return None
    if event.event_id == "1102":
        if event.channel is not None and event.channel.lower() != "security":
            return None
        log = "Security"
    else:
        if event.channel is not None and event.channel.lower() != "system":
            return None
        log = _text(event, "Channel") or "a log whose name it does not tell"
    who = "\\".join(filter(None, (_text(event, "SubjectDomainName"), _text(event, "SubjectUserName"))))
    return Notice("cleared", event.time, f"{log} was cleared" + (f" by {who}" if who else ""))


def _service(event: Event) -> Notice | None:
    if not SYSMON.holds(event.provider, event.channel):
        return None
    said = [f"Sysmon {(_text(event, 'State') or 'changed its state').lower()}"]
    said += [f"version {version}"] if (version := _text(event, "Version")) else []
    said += [f"schema {schema}"] if (schema := _text(event, "SchemaVersion")) else []
    return Notice("service", event.time, ", ".join(said))


def _configuration(event: Event) -> Notice | None:
    if not SYSMON.holds(event.provider, event.channel):
        return None
    file, digest = _text(event, "Configuration"), _text(event, "ConfigurationFileHash")
    said = "the configuration of Sysmon was changed" + (f": {file}" if file else "")
    return Notice("configuration", event.time, said + (f" ({digest})" if digest else ""))


def _error(event: Event) -> Notice | None:
    if not SYSMON.holds(event.provider, event.channel):
        return None
    said = ": ".join(filter(None, (_text(event, "ID"), _text(event, "Description"))))
    return Notice("error", event.time, f"Sysmon reports an error: {said}")


def _time(event: Event) -> Notice | None:
    if event.event_id == "4616":
        if not SECURITY.holds(event.provider, event.channel):
            return None
        old, new = _text(event, "PreviousTime"), _text(event, "NewTime")
    else:
        if not _KERNEL.holds(event.provider, event.channel):
            return None
        old, new = _text(event, "OldTime"), _text(event, "NewTime")
    if old is None or new is None:
        return None
    was, became = parse_time(old.translate(_MARKS)), parse_time(new.translate(_MARKS))
    if was is None or became is None:
        return Notice("time", event.time, f"the clock was set from {old} to {new}")
    if abs(became - was) <= SLACK:
        return None
    by = timedelta(seconds=round(abs(became - was).total_seconds()))
    way = "back" if became < was else "forward"
    return Notice("time", event.time, f"the clock was set {way} by {by}, to {readable_time(became)}")


def _text(event: Event, name: str) -> str | None:
    value = event.data.get(name)
    return value if isinstance(value, str) and value else None


_MAKERS: Mapping[str, Callable[[Event], Notice | None]] = {
    "1102": _cleared,
    "104": _cleared,
    "4": _service,
    "16": _configuration,
    "255": _error,
    "4616": _time,
    "1": _time,
}
