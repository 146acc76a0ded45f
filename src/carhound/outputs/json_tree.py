"""A tree of processes as JSON, as `schema/run-1.json` defines it."""

from datetime import datetime

from carhound.findings.lineage.tree import Deed, Process, Tree
from carhound.model.event import Place
from carhound.model.instants import format_time

Json = dict[str, object]


def tree_object(tree: Tree) -> Json:
    """The tree around one finding."""
    return {"focus": list(tree.focus), "cut": tree.cut, "root": _process(tree.root)}


def _process(process: Process) -> Json:
    return {
        "guid": process.guid,
        "pid": process.pid,
        "computer": process.computer,
        "image": process.image,
        "command_line": process.command_line,
        "user": process.user,
        "started": _time(process.started),
        "ended": _time(process.ended),
        "logged": process.logged,
        "original_file_name": process.original_file_name,
        "company": process.company,
        "hashes": process.hashes,
        "true_name": process.true_name,
        "place": _place(process.place),
        "findings": list(process.findings),
        "deeds": [_deed(deed) for deed in process.deeds],
        "deeds_left_out": process.deeds_left_out,
        "children": [_process(child) for child in process.children],
        "children_left_out": process.children_left_out,
    }


def _deed(deed: Deed) -> Json:
    return {
        "kind": deed.kind,
        "time": _time(deed.time),
        "event_id": deed.event_id,
        "what": deed.what,
        "detail": deed.detail,
        "suspicious": deed.suspicious,
        "place": _place(deed.place),
    }


def _place(place: Place | None) -> Json | None:
    return None if place is None else {"file": place.file, "record_id": place.record}


def _time(time: datetime | None) -> str | None:
    return None if time is None else format_time(time)
