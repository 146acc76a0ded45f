"""The one event a person asks about: named by its place, or given as JSON."""

import io
import os
import re
from collections.abc import Iterator

from msgspec import Struct

from carhound.errors import UsageError
from carhound.model.event import Event, RawEvent
from carhound.model.evidence import Damage, Skipped
from carhound.normalize.normalizer import Normalizer
from carhound.readers.detect import HEAD, detect
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions
from carhound.readers.json.reader import JsonReader
from carhound.readers.part import Part

STDIN = "<stdin>"
LARGEST = 16 << 20
"""Bytes taken from standard input: one event is never as large."""

_PRINTED = re.compile(r"(?P<file>.+), (?:record )?(?P<record>\d+|line \d+|item \d+)", re.DOTALL)
_TYPED = re.compile(r"(?P<file>.+):(?:record )?(?P<record>\d+|line \d+|item \d+)", re.DOTALL)
_ID = re.compile(r"[0-9a-f]{8,16}")


class AtPlace(Struct, frozen=True):
    """FILE:RECORD."""

    file: str
    record: str


class FindingId(Struct, frozen=True):
    """The id of a finding, or the first 8 or more of its 16 digits."""

    digits: str


class FromStdin(Struct, frozen=True):
    """`-`."""


Choice = AtPlace | FindingId | FromStdin


def read_choice(text: str) -> Choice:
    """What `--event` names. Raises UsageError."""
    if text == "-":
        return FromStdin()
    match = _TYPED.fullmatch(text) or _PRINTED.fullmatch(text)
    if match is not None:
        return AtPlace(match["file"], match["record"])
    if _ID.fullmatch(text.lower()):
        return FindingId(text.lower())
    raise UsageError(
        f"--event {text!r} names no event",
        hint='write FILE:RECORD (a record number, or "line 12" or "item 3" as findings show it), '
        "the id of a finding with --evidence, or - for JSON on standard input",
    )


def event_at(place: AtPlace, options: ReadOptions) -> tuple[Event, tuple[str, ...]]:
    """The event at a place as findings print it, and what is to be said of it. Raises UsageError."""
    found: list[Event] = []
    met, unread = 0, ""
    normalizer = Normalizer()
    for part in _parts(place.file, options):
        for item in part.items():
            match item:
                case RawEvent():
                    met += 1
                    if place.record in (item.record_id, item.position):
                        found.append(normalizer.event(item, part.path, part.format or ""))
                case Damage() | Skipped():
                    unread = f"; a part of it could not be read: {item.reason}"
                case _:
                    pass
    if not found:
        record = f"record {place.record}" if place.record.isdigit() else place.record
        raise UsageError(
            f"{place.file} has no {record}; {met} events were read{unread}",
            hint="findings show the file and the record of each event, for example sysmon.evtx:4711",
        )
    if len(found) == 1:
        return found[0], ()
    return found[0], (f"{len(found)} events of this file are called {place.record}: this is the first",)


def _parts(file: str, options: ReadOptions) -> Iterator[Part]:
    """The parts of this name: a file, or a member of an archive, whose name follows that of the archive."""
    root = file
    while root and not os.path.lexists(root) and not os.path.lexists(root + ".gz"):
        root = root.rpartition("/")[0]
    if not root or (os.path.isdir(root) and not os.path.lexists(root + ".gz")):
        what = "is a folder" if root == file else "does not exist"
        raise UsageError(f"{file} {what}", hint="name the file as findings show it")
    roots = [path for path in (root, root + ".gz") if os.path.isfile(path)]
    for part in open_evidence(roots, options):
        if part.path in (file, file.removesuffix(".gz")):
            yield part


def event_from_json(data: bytes, options: ReadOptions) -> tuple[Event, tuple[str, ...]]:
    """The one event in a JSON text of any shape that is read as evidence. Raises UsageError."""
    hint = "give one event as Winlogbeat, NXLog or another supported exporter writes it"
    if len(data) > LARGEST:
        raise UsageError(
            f"standard input holds more than {LARGEST >> 20} MiB, which no event does", hint=hint
        )
    shape = detect(data[:HEAD], len(data) <= HEAD)
    if shape.kind != "evidence" or shape.format == "evtx":
        what = shape.reason or f"a {shape.format} file"
        raise UsageError(f"standard input is no event in JSON: {what}", hint=hint)
    events: list[RawEvent] = []
    remarks: list[str] = []
    for item in JsonReader().read(io.BytesIO(data), options):
        match item:
            case RawEvent():
                events.append(item)
            case Damage(where, reason) | Skipped(where, reason):
                remarks.append(f"{where} of standard input was not read: {reason}")
            case _:
                remarks.append(item.message)
    if len(events) != 1:
        told = "; ".join(remarks[:1])
        raise UsageError(
            f"standard input holds {len(events)} events where one is explained"
            + (f" ({told})" if told else ""),
            hint=hint,
        )
    return Normalizer().event(events[0], STDIN, shape.format or ""), tuple(remarks)
