"""A mapping to start from: the columns of a sample file, with the best guesses filled in."""

import re
from pathlib import Path

from carhound.errors import UsageError
from carhound.outputs.escape import visible
from carhound.pipeline.sight.native_names import guesses
from carhound.readers.tables.sample_columns import sample_columns

_PLAIN = re.compile(r"[A-Za-z_][\w.]*", re.ASCII)
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off"})
_SHOWN = 60
_OTHERS = ("Image", "ParentImage", "CommandLine")
"""Fields that are listed to be filled in where no column looks like them."""


def mapping_starter(path: str) -> str:
    """The text of a mapping file. Raises UsageError."""
    try:
        with Path(path).open("rb") as file:
            columns = sample_columns(file)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{path}: cannot be read: {reason}", hint="check the path") from error
    if not columns:
        raise UsageError(
            f"{path}: no columns were found in it",
            hint="give CSV with a header, JSON objects, or Parquet or Arrow (with carhound[parquet])",
        )
    found = guesses(columns)
    fields = {name: found[name] for name in found if name[0].isupper()}
    lines = [
        f"# Column names of {visible(Path(path).name)} for carhound hunt --mapping. Guessed from the names:",
        "# check every line, and correct it from the list of columns at the end.",
        "",
        "# Records are read by this mapping if they have all of these columns.",
        "when:",
        *(f"  - {_quoted(name)}" for name in _when(fields, columns)),
        "",
        "provider: Microsoft-Windows-Sysmon",
        "# 1 is a process creation, 7 an image load. Where a column tells which, for example:",
        "# event_id: {column: kind, values: {process: 1, library: 7}}",
        f"event_id: {{column: {_quoted(found['event_id'])}}}" if "event_id" in found else "event_id: 1",
        _line("computer", found),
        _line("record_id", found),
        "# Formats: iso, epoch, epoch-ms, filetime, or a pattern like %d.%m.%Y %H:%M:%S.",
        "# The zone is for times that name none; without it --tz is.",
        f"time: {{column: {_quoted(found['time'])}, format: iso, zone: UTC}}"
        if "time" in found
        else "# time: {column: YOUR_COLUMN, format: iso, zone: UTC}",
        "",
        "# Native names (Sysmon's), each with your column.",
        "fields:",
        *(f"  {name}: {_quoted(column)}" for name, column in fields.items()),
        *(f"  # {name}: YOUR_COLUMN" for name in _OTHERS if name not in fields),
        "",
        "# The columns, each with a value that stands in it:",
        *(f"#   {_quoted(name)}  {visible(_short(value))}".rstrip() for name, value in columns.items()),
    ]
    return "\n".join(lines) + "\n"


def _when(fields: dict[str, str], columns: dict[str, str]) -> list[str]:
    wanted = [fields[name] for name in _OTHERS if name in fields]
    return wanted or list(columns)[:1]


def _line(part: str, found: dict[str, str]) -> str:
    return f"{part}: {_quoted(found[part])}" if part in found else f"# {part}: YOUR_COLUMN"


def _short(value: str) -> str:
    text = " ".join(value.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _quoted(name: str) -> str:
    """A name as YAML, in ASCII: a column can be called anything."""
    if _PLAIN.fullmatch(name) and name.lower() not in _WORDS:
        return name
    inner = name.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(one if " " <= one <= "~" else f"\\U{ord(one):08X}" for one in inner) + '"'
