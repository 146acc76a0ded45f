"""Simulated records as files of every shape: those of `simulate.writers`, of `shapes`, and tables."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet

from carhound.simulate.event import Simulated
from carhound.simulate.writers import FORMATS
from carhound.simulate.writers.xml import event_xml

from . import shapes

Row = dict[str, Any]
Write = Callable[[list[Simulated]], bytes]

TITLES = {1: "Process Create:", 7: "Image loaded:"}
EPOCH_TICKS = 11_644_473_600 * 10_000_000
MAPPING_FIELDS = (
    "UtcTime ProcessGuid ProcessId Image ImageLoaded CommandLine CurrentDirectory User IntegrityLevel Hashes "
    "ParentProcessGuid ParentProcessId ParentImage ParentCommandLine Signed Signature SignatureStatus"
).split()
MAPPING = (
    "when: [my id, my Image]\nprovider: Microsoft-Windows-Sysmon\nevent_id: {column: my id}\n"
    "computer: my machine\nrecord_id: my number\ntime: {column: my UtcTime, zone: UTC}\nfields:\n"
    + "".join(f"  {name}: my {name}\n" for name in MAPPING_FIELDS)
)
"""For `--mapping`: the columns of `_own`."""


def _stamp(record: Simulated) -> str:
    return record.time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{record.time.microsecond // 1000:03}Z"


def _fields(record: Simulated) -> shapes.Fields:
    """The record as `shapes` takes it."""
    return {
        "EventCode": record.event_id,
        "Provider": record.provider,
        "Channel": record.channel,
        "Computer": record.computer,
        **record.data,
    }


def _dialect(write: Callable[[shapes.Fields, int], shapes.Fields]) -> Write:
    return lambda records: _lines(write(_fields(one), one.record_id) for one in records)


def _simulated(name: str) -> Write:
    def write(records: list[Simulated]) -> bytes:
        file = io.BytesIO()
        FORMATS[name][0](records, file)
        return file.getvalue()

    return write


def _lines(records: Iterable[Row]) -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records).encode()


def _table(rows: Iterable[Row]) -> bytes:
    """CSV under all columns that any row has."""
    rows = list(rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _columns(rows: Iterable[Row]) -> Any:
    rows = list(rows)
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})


def _parquet(rows: Iterable[Row]) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(_columns(rows), file)
    return file.getvalue()


def _arrow(rows: Iterable[Row]) -> bytes:
    file = io.BytesIO()
    pyarrow.feather.write_feather(_columns(rows), file)
    return file.getvalue()


def message(record: Simulated, end: str = "\r\n") -> str:
    """What Windows shows of a Sysmon event."""
    return end.join([TITLES[record.event_id], *(f"{name}: {text}" for name, text in record.data.items())])


def classic_text(record: Simulated) -> str:
    """Splunk's WinEventLog without `renderXml`."""
    return (
        f"{record.time:%m/%d/%Y %I:%M:%S %p}\nLogName={record.channel}\nEventCode={record.event_id}\n"
        f"EventType=4\nComputerName={record.computer}\nUser=NOT_TRANSLATED\nSid=S-1-5-18\nSidType=0\n"
        f"SourceName={record.provider}\nType=Information\nRecordNumber={record.record_id}\nKeywords=None\n"
        f"TaskCategory={TITLES[record.event_id][:-1]}\nOpCode=Info\nMessage={message(record, chr(10))}"
    )


def _json_text(record: Simulated) -> str:
    return _simulated("jsonl")([record]).decode().strip()


def _row(record: Simulated, raw: str) -> Row:
    return {
        "_time": _stamp(record),
        "host": record.computer,
        "index": "win",
        "source": f"XmlWinEventLog:{record.channel}",
        "sourcetype": "XmlWinEventLog",
        "_raw": raw,
    }


def _extracted(record: Simulated) -> Row:
    """Splunk's extracted fields in place of `_raw`."""
    row = _row(record, "")
    del row["_raw"]
    return row | {
        "EventCode": str(record.event_id),
        "Computer": record.computer,
        "EventRecordID": str(record.record_id),
        "SystemTime": _stamp(record),
        **record.data,
    }


def _rest(rows: list[Row]) -> bytes:
    around = {"preview": False, "init_offset": 0, "messages": [], "fields": [{"name": "_raw"}]}
    return json.dumps({**around, "results": rows, "highlighted": {}}).encode()


def _hec(record: Simulated) -> Row:
    return {"time": record.time.timestamp(), "sourcetype": "XmlWinEventLog", "event": event_xml(record)}


def _splunk(name: str, rows: Callable[[Simulated], Row]) -> dict[str, tuple[str, Write]]:
    return {
        f"splunk-json, {name}": (".json", lambda records: _lines({"result": rows(one)} for one in records)),
        f"splunk-csv, {name}": (".csv", lambda records: _table(map(rows, records))),
    }


def _nxlog_message(record: Simulated) -> Row:
    """NXLog's flat JSON without the payload."""
    whole = shapes.nxlog_created(_fields(record), record.record_id)
    payload = {name for name in record.data if name not in ("ProcessId", "EventType")}
    return {name: value for name, value in whole.items() if name not in payload | {"ProcessId"}} | {
        "Message": message(record)
    }


def _ecs(record: Simulated) -> Row:
    """Winlogbeat's Sysmon module, of which `winlog` was dropped: "" and "-" are not carried over."""
    data = {name: text for name, text in record.data.items() if text not in ("", "-")}
    domain, _, user = data["User"].partition("\\")
    hashes = dict(one.lower().split("=") for one in data["Hashes"].split(","))
    file = {"hash": {name: text for name, text in hashes.items() if name != "imphash"}}
    pe = {"imphash": hashes["imphash"], "original_file_name": data.get("OriginalFileName")}
    process: Row = {
        "executable": data["Image"],
        "entity_id": data["ProcessGuid"],
        "pid": int(data["ProcessId"]),
    }
    document: Row = {
        "@timestamp": _stamp(record),
        "ecs": {"version": "8.17.0"},
        "host": {"name": record.computer},
        "user": {"domain": domain, "name": user},
        "event": {"code": str(record.event_id), "provider": record.provider, "module": "sysmon"},
        "process": process,
    }
    if record.event_id == 7:
        signature = {
            "signed": data["Signed"] == "true",
            "subject_name": data.get("Signature"),
            "status": data.get("SignatureStatus"),
        }
        document["dll"] = {"path": data["ImageLoaded"], "code_signature": signature, **file, "pe": pe}
        return document
    process |= {
        "command_line": data["CommandLine"],
        "working_directory": data["CurrentDirectory"],
        "parent": {
            "executable": data.get("ParentImage"),
            "entity_id": data["ParentProcessGuid"],
            "pid": int(data["ParentProcessId"]),
            "command_line": data.get("ParentCommandLine"),
        },
        **file,
        "pe": pe,
    }
    return document


def _eql(record: Simulated) -> Row:
    """As eqllib normalises Sysmon's events."""
    data = record.data
    microseconds = int(record.time.timestamp()) * 1_000_000 + record.time.microsecond
    row = {
        "timestamp": microseconds * 10 + EPOCH_TICKS,
        "pid": int(data["ProcessId"]),
        "process_path": data["Image"],
        "process_name": data["Image"].rpartition("\\")[2],
        "unique_pid": data["ProcessGuid"],
    }
    if record.event_id == 7:
        return {"event_type": "image_load", "image_path": data["ImageLoaded"], **row}
    return {
        "event_type": "process",
        "subtype": "create",
        "command_line": data["CommandLine"],
        "logon_id": int(data["LogonId"], 16),
        "parent_process_path": data["ParentImage"],
        "ppid": int(data["ParentProcessId"]),
        "unique_ppid": data["ParentProcessGuid"],
        "user": data["User"],
        **row,
    }


def _evtxecmd_row(record: Simulated) -> Row:
    row = shapes.SHAPES["evtxecmd"](_fields(record), record.record_id)
    return {**row, "TimeCreated": _stamp(record).replace("T", " ").replace("Z", "0000"), "PayloadData2": ""}


def _native(record: Simulated) -> Row:
    """A table in Windows's names."""
    return {
        "EventID": record.event_id,
        "Provider": record.provider,
        "Channel": record.channel,
        "Computer": record.computer,
        "EventRecordID": record.record_id,
        **record.data,
    }


def _car(record: Simulated) -> Row:
    """A table in CAR's names, with all that CAR's model has of these events."""
    data = record.data
    hashes = dict(one.split("=") for one in data["Hashes"].split(","))
    row = {
        "object": "module" if record.event_id == 7 else "process",
        "action": "load" if record.event_id == 7 else "create",
        "time": _stamp(record),
        "fqdn": record.computer,
        "image_path": data["Image"],
        "exe": data["Image"].rpartition("\\")[2],
        "pid": int(data["ProcessId"]),
        "user": data["User"],
        "md5_hash": hashes["MD5"],
        "sha1_hash": hashes["SHA1"],
        "sha256_hash": hashes["SHA256"],
    }
    if record.event_id == 7:
        return row | {
            "module_path": data["ImageLoaded"],
            "module_name": data["ImageLoaded"].rpartition("\\")[2],
            "signed": data["Signed"],
            "signer": data["Signature"],
            "signature_valid": str(data["SignatureStatus"] == "Valid").lower(),
        }
    return row | {
        "command_line": data["CommandLine"],
        "current_working_directory": data["CurrentDirectory"],
        "guid": data["ProcessGuid"],
        "integrity_level": data["IntegrityLevel"],
        "parent_command_line": data["ParentCommandLine"],
        "parent_exe": data["ParentImage"].rpartition("\\")[2],
        "parent_guid": data["ParentProcessGuid"],
        "parent_image_path": data["ParentImage"],
        "ppid": int(data["ParentProcessId"]),
    }


def _own(record: Simulated) -> Row:
    """Columns of nobody's but the caller's."""
    named = {f"my {name}": record.data[name] for name in MAPPING_FIELDS if name in record.data}
    return named | {
        "my id": record.event_id,
        "my machine": record.computer,
        "my number": record.record_id,
    }


def _of(layout: Callable[[Iterable[Row]], bytes], row: Callable[[Simulated], Row]) -> Write:
    return lambda records: layout(map(row, records))


FILES: dict[str, tuple[str, Write]] = {
    "evtx": (".evtx", _simulated("evtx")),
    "xml, UTF-8": (".xml", _simulated("xml")),
    "xml, UTF-16": (".xml", lambda records: _simulated("xml")(records).decode().encode("utf-16")),
    "winlogbeat7, simulated": (".jsonl", _simulated("jsonl")),
    "splunk-json, simulated": (".json", _simulated("splunk")),
    **_splunk("XML", lambda one: _row(one, event_xml(one))),
    **_splunk("classic text", lambda one: _row(one, classic_text(one))),
    **_splunk("JSON", lambda one: _row(one, _json_text(one))),
    **_splunk("fields only", _extracted),
    "splunk-json, REST": (".json", lambda records: _rest([_row(one, event_xml(one)) for one in records])),
    "splunk-json, HEC": (".json", _of(_lines, _hec)),
    **{name: (".json", _dialect(write)) for name, write in shapes.SHAPES.items()},
    "nxlog, Message only": (".json", _of(_lines, _nxlog_message)),
    "ecs": (".json", _of(_lines, _ecs)),
    "eql-normalised": (".json", _of(_lines, _eql)),
    "evtxecmd-csv": (".csv", _of(_table, _evtxecmd_row)),
    "csv-sysmon": (".csv", _of(_table, _native)),
    "csv-car": (".csv", _of(_table, _car)),
    "parquet, Sysmon's names": (".parquet", _of(_parquet, _native)),
    "parquet, CAR's names": (".parquet", _of(_parquet, _car)),
    "arrow, Sysmon's names": (".arrow", _of(_arrow, _native)),
    "arrow, CAR's names": (".arrow", _of(_arrow, _car)),
    "csv-mapped": (".csv", _of(_table, _own)),
    "json-mapped": (".json", _of(_lines, _own)),
}
"""Name, up to the comma as results show it, how the file's name ends, and what makes its bytes."""
