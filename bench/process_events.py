"""Process events of a made-up fleet, by the million: rows with the columns of a lake, made by DuckDB.

Every value follows from the number of the row, so the same rows can be had twice, in files of any layout.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa

from carhound.lake.rows import arrow_schema
from carhound.model.event_table import BATCH_BITS, EventTable, tag_column

FIRST_DAY = datetime(2026, 10, 1, tzinfo=UTC)
HOSTS = 48
_PROGRAMS = 220
_CHILDREN = 40
"""Programs that regsvr32 starts."""
_TAGGED = 1000
"""One row in so many is about regsvr32."""
_SYSTEM = "C:\\Windows\\System32\\"
_NAMES = (
    "svchost conhost backgroundTaskHost taskhostw RuntimeBroker cmd powershell wmiprvse msedge chrome Teams "
    "OneDrive dllhost SearchProtocolHost MpCmdRun GoogleUpdate schtasks git node java"
).split()
_FOLDERS = (
    _SYSTEM,
    "C:\\Windows\\SysWOW64\\",
    "C:\\Program Files\\Northwind\\Client\\",
    "C:\\Users\\Public\\Apps\\",
)


@dataclass(frozen=True, slots=True)
class Day:
    """The events of one day."""

    number: int
    events: int

    @property
    def start(self) -> datetime:
        """Its midnight, UTC."""
        return FIRST_DAY + timedelta(self.number)


class Fleet:
    """Makes the rows. Not to be shared by threads."""

    def __init__(self, table: EventTable, threads: int = 1) -> None:
        self.table = table
        self._connection = duckdb.connect(config={"threads": threads})
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET enable_progress_bar = false")
        self._connection.execute(f"CREATE TABLE program AS FROM (VALUES {_programs()}) {_OF}")

    def rows(self, day: Day, first: int, count: int, batch: int) -> pa.Table:
        """Some rows of a day, as `ingest` would make them in a batch of this number."""
        made = self._connection.sql(_query(day, first, count, batch)).to_arrow_table()
        schema = arrow_schema(self.table)
        columns = []
        for one in schema:
            if one.name not in made.column_names:
                columns.append(pa.nulls(count, one.type))
            elif one.name in _ENCODED:
                columns.append(made[one.name].dictionary_encode())
            else:
                columns.append(made[one.name].cast(one.type))
        fields = [pa.field(one.name, column.type) for one, column in zip(schema, columns, strict=True)]
        return pa.table(columns, schema=pa.schema(fields))

    def write_by_time(self, day: Day, path: str) -> None:
        """The rows of a day in the order of their times, no tags, row groups as DuckDB makes them."""
        tags = {tag_column(one) for one in self.table.literals}
        query = _query(day, 0, day.events, day.number + 1)
        made = self._connection.sql(query)
        kinds = {one.name: one.type for one in arrow_schema(self.table) if one.name not in tags}
        columns = ", ".join(
            f'"{name}"' if name in made.columns else f'NULL::{_SQL.get(str(kind), "TEXT")} AS "{name}"'
            for name, kind in kinds.items()
        )
        self._connection.execute(
            f"COPY (SELECT {columns} FROM ({query})) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"  # noqa: S608
        )


_SQL = {"bool": "BOOLEAN", "int64": "BIGINT"}
_ENCODED = """
file computer provider channel event_id kinds shape meta
Image ParentImage User IntegrityLevel Hashes CurrentDirectory
ParentCommandLine ParentUser OriginalFileName FileVersion Description Product Company RuleName LogonId
car_image_path car_parent_image_path car_exe car_parent_exe car_parent_command_line car_user
car_integrity_level car_current_working_directory car_md5_hash car_sha256_hash car_hostname car_fqdn
""".split()
_OF = (
    "AS program(id, image, exe, parent, parent_exe, line, parent_line, account, level, md5, sha256, tagged, "
    "json_image, json_line, json_rest)"
)


def _programs() -> str:
    """Common programs, then regsvr32 itself, then what regsvr32 starts."""
    rows = []
    for number in range(_PROGRAMS):
        name, folder = _NAMES[number % len(_NAMES)], _FOLDERS[number // 20 % len(_FOLDERS)]
        image = f"{folder}{name}{number // 80 or ''}.exe"
        line = f'"{image}" -k {name} -p -s Service{number}'
        rows.append(_program(number, image, _SYSTEM + ("services.exe", "cmd.exe")[number % 2], line))
    regsvr32 = _SYSTEM + "regsvr32.exe"
    line = 'regsvr32.exe /s "C:\\Program Files\\Northwind\\Shell.dll"'
    rows.append(_program(_PROGRAMS, regsvr32, _SYSTEM + "msiexec.exe", line))
    for number in range(_CHILDREN):
        name = ("rundll32", "WerFault", "cmd", "calc", "powershell")[number % 5]
        child = _program(
            _PROGRAMS + 1 + number, f"{_SYSTEM}{name}.exe", regsvr32, f"{name}.exe /register {number}"
        )
        rows.append(child)
    return ", ".join(rows)


def _program(number: int, image: str, parent: str, line: str) -> str:
    exe, parent_exe = image.rsplit("\\", 1)[1], parent.rsplit("\\", 1)[1]
    md5 = _hex(number, 32)
    sha256 = _hex(number + 7919, 64)
    account, level = (("NT AUTHORITY\\SYSTEM", "System"), ("NORTHWIND\\jdoe", "Medium"))[number % 2]
    parent_line = f'"{parent}" -k netsvcs'
    tagged = "regsvr32" in image or "regsvr32" in parent
    rest = (
        f'","CurrentDirectory":"C:\\\\Windows\\\\system32\\\\","User":"{_json(account)}","LogonGuid":'
        '"{8D1E3A5C-0000-6662-E703-000000000000}","LogonId":"0x3e7","TerminalSessionId":"0","IntegrityLevel":'
        f'"{level}","Hashes":"MD5={md5},SHA256={sha256},IMPHASH={md5}","FileVersion":"10.0.19041.1 '
        f'(WinBuild.160101.0800)","Description":"{exe}","Product":"Microsoft Windows Operating System",'
        f'"Company":"Microsoft Corporation","OriginalFileName":"{exe.upper()}",'
        f'"ParentImage":"{_json(parent)}",'
        f'"ParentCommandLine":"{_json(parent_line)}","ParentUser":"NT AUTHORITY\\\\SYSTEM",'
        '"ParentProcessGuid":"{8D1E3A5C-'
    )
    values = (image, exe, parent, parent_exe, line, parent_line, account, level, md5, sha256)
    texts = [_text(one) for one in values]
    json = [_text(_json(image)), _text(_json(line)), _text(rest)]
    return f"({number}, {', '.join(texts)}, {str(tagged).lower()}, {', '.join(json)})"


def _hex(seed: int, digits: int) -> str:
    """Hexadecimal digits that follow from a number."""
    return f"{pow(seed + 2, 97, (1 << 4 * digits) - 59):0{digits}X}"


def _json(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def slices(day: Day, size: int) -> Iterator[tuple[int, int]]:
    """First row and count of the parts of a day."""
    for first in range(0, day.events, size):
        yield first, min(size, day.events - first)


def _query(day: Day, first: int, count: int, batch: int) -> str:
    start = int(day.start.timestamp()) * 1_000_000
    step = 86_400_000_000 // max(day.events, 1)
    return _ROWS.format(
        day=day.number,
        midnight=day.start.date().isoformat(),
        start=start,
        step=step,
        first=first,
        end=first + count,
        number=day.number << 32,
        sequence=(batch << BATCH_BITS) - first,
        hosts=HOSTS,
        programs=_PROGRAMS,
        children=_CHILDREN,
        tagged=_TAGGED,
        tag=tag_column("regsvr32.exe"),
    )


_ROWS = r"""
SELECT
    make_timestamptz({start} + i * {step}) AS "time",
    'Microsoft-Windows-Sysmon' AS provider,
    'Microsoft-Windows-Sysmon/Operational' AS channel,
    '1' AS event_id,
    host || '.example.org' AS computer,
    i::TEXT AS record_id,
    parent AS "ParentImage", image AS "Image", command AS "CommandLine", parent_line AS "ParentCommandLine",
    'C:\Windows\system32\' AS "CurrentDirectory", account AS "User", '0x3e7' AS "LogonId",
    '{{8D1E3A5C-0000-6662-E703-000000000000}}' AS "LogonGuid", level AS "IntegrityLevel",
    'MD5=' || md5 || ',SHA256=' || sha256 || ',IMPHASH=' || md5 AS "Hashes",
    pid AS "ProcessId", guid AS "ProcessGuid", parent_pid AS "ParentProcessId",
    parent_guid AS "ParentProcessGuid", 'NT AUTHORITY\SYSTEM' AS "ParentUser",
    upper(exe) AS "OriginalFileName", '10.0.19041.1 (WinBuild.160101.0800)' AS "FileVersion",
    exe AS "Description", 'Microsoft Windows Operating System' AS "Product",
    'Microsoft Corporation' AS "Company", utc AS "UtcTime", '-' AS "RuleName",
    parent AS car_parent_image_path, image AS car_image_path, exe AS car_exe, command AS car_command_line,
    pid AS car_pid, parent_pid AS car_ppid, guid AS car_guid, parent_guid AS car_parent_guid,
    parent_exe AS car_parent_exe, parent_line AS car_parent_command_line, account AS car_user,
    host AS car_hostname, host || '.example.org' AS car_fqdn, level AS car_integrity_level,
    'C:\Windows\system32\' AS car_current_working_directory, md5 AS car_md5_hash, sha256 AS car_sha256_hash,
    tagged AS {tag},
    'process/create' AS kinds, false AS odd,
    '{{"RuleName":"-","UtcTime":"' || utc || '","ProcessGuid":"' || guid || '","ProcessId":"' || pid
        || '","Image":"' || json_image || '","CommandLine":"' || json_line || ending || json_rest
        || substr(parent_guid, 11) || '","ParentProcessId":"' || parent_pid || '"}}' AS data,
    '{{"ProviderGuid":"{{5770385F-C22A-43E0-BF4C-06F5698FFBD9}}","SystemTime":"{midnight}T00:00:00.000000Z",'
        || '"System_ProcessID":"2372","System_ThreadID":"3400","System_UserID":"S-1-5-18","Version":"5",'
        || '"Level":"4","Task":"1","Opcode":"0","Keywords":"0x8000000000000000"}}' AS meta,
    'logs/' || host || '/{midnight}.evtx' AS file, 'record ' || i AS "position", 'evtx' AS shape,
    {sequence} + i AS sequence,
    unhex(hex16) AS identity, unhex(reverse(hex16)) AS "key"
FROM (
    SELECT *, line || ending AS command, printf('ws%02d', h // 7 % {hosts}) AS host,
        strftime(make_timestamp({start} + i * {step}), '%Y-%m-%d %H:%M:%S.%g') AS utc,
        (1000 + h // 13 % 30000)::TEXT AS pid, (1000 + h // 17 % 900)::TEXT AS parent_pid,
        '{{8D1E3A5C-' || substr(hex16, 1, 4) || '-6667-' || substr(hex16, 5, 4) || '-' || substr(hex16, 9, 8)
            || '1200}}' AS guid,
        '{{8D1E3A5C-' || substr(hex16, 17, 4) || '-6667-2415-000000001200}}' AS parent_guid
    FROM (
        SELECT i, h, h % {tagged} = 0 AS about,
            CASE WHEN h % {tagged} != 0 THEN (h // 1000 % 65536 * (h // 65536000 % 65536)) >> 16
                WHEN h // 1000 % 4 != 0 THEN {programs}
                ELSE {programs} + 1 + h // 4000 % {children} END AS wanted,
            CASE WHEN h % {tagged} = 0
                THEN ' ' || h // 4000 % 500 + CASE WHEN h % 7 = 0 THEN {day} * 1000 ELSE 0 END
                WHEN h % 3 = 0 THEN ' --id=' || substr(md5(h::TEXT), 1, 20) ELSE '' END AS ending,
            upper(md5((i + {number})::TEXT)) AS hex16
        FROM (SELECT range AS i, (hash(range + {number}) >> 1)::BIGINT AS h FROM range({first}, {end}))
    ) JOIN program ON program.id = CASE WHEN about THEN wanted ELSE wanted * {programs} >> 16 END
)
"""
