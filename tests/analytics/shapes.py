"""One Sysmon event, written in every shape, and records laid out as every kind of file.

An event is its native fields; `EventCode` is its id, `Provider` another writer than Sysmon. Its time is its
`UtcTime`, which ends in milliseconds.
"""

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

from . import shapes_json

Fields = dict[str, Any]

SYSMON = "Microsoft-Windows-Sysmon"
COMPUTER = "WS1.example.org"
HEADER = ("EventCode", "Provider", "Computer", "Channel")


def _data(event: Fields) -> Fields:
    return {name: value for name, value in event.items() if name not in HEADER}


def _provider(event: Fields) -> str:
    return str(event.get("Provider", SYSMON))


def _channel(event: Fields) -> str:
    return str(event.get("Channel", f"{_provider(event)}/Operational"))


def _computer(event: Fields) -> str:
    return str(event.get("Computer", COMPUTER))


def _zulu(event: Fields) -> str | None:
    return f"{event['UtcTime'].replace(' ', 'T')}Z" if "UtcTime" in event else None


def nxlog_local(event: Fields, number: int) -> Fields:
    """NXLog's default: its only time of its own is local, five hours behind, and names no zone."""
    return {
        "EventTime": "2024-06-14 07:00:00",
        "EventReceivedTime": "2024-06-14 07:00:02",
        "Hostname": _computer(event),
        "Keywords": -9223372036854775808,
        "EventType": "INFO",
        "SeverityValue": 2,
        "Severity": "INFO",
        "EventID": int(event["EventCode"]),
        "SourceName": _provider(event),
        "ProviderGuid": "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}",
        "Version": 5,
        "Task": 1,
        "RecordNumber": number,
        "ProcessID": 2740,
        "ThreadID": 3440,
        "Channel": _channel(event),
        "Domain": "NT AUTHORITY",
        "AccountName": "SYSTEM",
        "UserID": "S-1-5-18",
        "Message": "Process Create:\r\nImage: regsvr32.exe",
        "SourceModuleName": "in",
        "SourceModuleType": "im_msvistalog",
        **_data(event),
    }


def nxlog_created(event: Fields, number: int) -> Fields:
    """The dialect of later versions, through a Logstash of another host."""
    return {
        **nxlog_local(event, number),
        "TimeCreated": _zulu(event),
        "@timestamp": "2024-06-14T12:00:05.000Z",
        "host": "collector.example.org",
        "tags": ["mordor"],
    }


def winlogbeat6(event: Fields, number: int) -> Fields:
    return {
        "@timestamp": _zulu(event),
        "@metadata": {"beat": "winlogbeat", "version": "6.7.0"},
        "beat": {"hostname": "collector", "version": "6.7.0"},
        "host": {"name": "collector.example.org"},
        "event_id": int(event["EventCode"]),
        "log_name": _channel(event),
        "source_name": _provider(event),
        "computer_name": _computer(event),
        "record_number": str(number),
        "process_id": 2740,
        "thread_id": 3440,
        "user": {"identifier": "S-1-5-18", "name": "SYSTEM"},
        "message": "Process Create:\nImage: regsvr32.exe",
        "event_data": _data(event),
    }


def winlogbeat7(event: Fields, number: int) -> Fields:
    return {
        "@timestamp": _zulu(event),
        "agent": {"type": "winlogbeat", "hostname": "collector"},
        "ecs": {"version": "1.5.0"},
        "event": {"code": int(event["EventCode"]), "kind": "event", "provider": _provider(event)},
        "host": {"name": "collector.example.org"},
        "message": "Process Create:\nImage: regsvr32.exe",
        "winlog": {
            "api": "wineventlog",
            "channel": _channel(event),
            "computer_name": _computer(event),
            "event_data": _data(event),
            "event_id": int(event["EventCode"]),
            "process": {"pid": 2740, "thread": {"id": 3440}},
            "provider_name": _provider(event),
            "record_id": number,
        },
    }


def _system(event: Fields, number: int) -> Fields:
    return {
        "Provider": {"#attributes": {"Name": _provider(event)}},
        "EventID": int(event["EventCode"]),
        "Version": 5,
        "TimeCreated": {"#attributes": {"SystemTime": _zulu(event)}},
        "EventRecordID": number,
        "Correlation": None,
        "Execution": {"#attributes": {"ProcessID": 2740, "ThreadID": 3440}},
        "Channel": _channel(event),
        "Computer": _computer(event),
        "Security": {"#attributes": {"UserID": "S-1-5-18"}},
    }


def tree_mapping(event: Fields, number: int) -> Fields:
    """The tree with a mapping under EventData."""
    return {"Event": {"System": _system(event, number), "EventData": _data(event)}}


def tree_list(event: Fields, number: int) -> Fields:
    """The tree with a list of named texts under EventData; an element without a text has none here either."""
    data = [
        {"Name": name} if text is None else {"Name": name, "text": text}
        for name, text in _data(event).items()
    ]
    return {"Event": {"System": _system(event, number), "EventData": {"Data": data}}}


def body(event: Fields, number: int) -> Fields:
    """The tree as text in an envelope."""
    tree = json.dumps(tree_list(event, number), ensure_ascii=False)
    return {"body": tree, "mime": "application/x-pt-eventlog", "recv_ipv4": "10.0.0.1", "task_id": "t"}


def eql_raw(event: Fields, _: int) -> Fields:
    """The payload alone: no provider, no computer, no record id."""
    return {"EventId": int(event["EventCode"]), **_data(event)}


SHAPES: dict[str, Callable[[Fields, int], Fields]] = {
    "nxlog, local time": nxlog_local,
    "nxlog, TimeCreated": nxlog_created,
    "winlogbeat6": winlogbeat6,
    "winlogbeat7": winlogbeat7,
    "event-tree, mapping": tree_mapping,
    "event-tree, list": tree_list,
    "event-tree, in body": body,
    "eql-raw": eql_raw,
    **shapes_json.SHAPES,
}
"""Name, up to the comma as results show it, and what writes an event: (event, record number) -> record."""


def _lines(records: list[Fields]) -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records).encode()


def _zipped(records: list[Fields]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("logs/a.json", _lines(records))
    return file.getvalue()


def _tarred(records: list[Fields]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        member = tarfile.TarInfo("logs/a.json")
        member.size = len(_lines(records))
        archive.addfile(member, io.BytesIO(_lines(records)))
    return file.getvalue()


LAYOUTS: dict[str, tuple[str, Callable[[list[Fields]], bytes]]] = {
    "lines": ("a.json", _lines),
    "one array": ("a.json", lambda records: json.dumps(records).encode()),
    "pretty-printed": ("a.json", lambda records: json.dumps(records, indent=2).encode()),
    "behind a BOM": ("a.json", lambda records: b"\xef\xbb\xbf" + _lines(records)),
    "UTF-16LE": ("a.txt", lambda records: b"\xff\xfe" + _lines(records).decode().encode("utf-16-le")),
    "gzip": ("a.json.gz", lambda records: gzip.compress(_lines(records))),
    "zip": ("a.zip", _zipped),
    "tar.gz": ("a.tar.gz", _tarred),
}
"""Name, the file's name, and what makes its bytes."""
