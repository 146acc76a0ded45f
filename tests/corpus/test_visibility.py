"""Visibility over public logs, held against plain counts of another kind."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evtx import PyEvtxParser

from carhound.findings.visibility import Visibility
from carhound.pipeline.request import Request
from carhound.pipeline.sight.visibility import visibility


def systems(path: Path) -> Iterator[dict[str, Any]]:
    """The System part of every record that can be read."""
    records = PyEvtxParser(str(path)).records_json()
    while True:
        try:
            record = next(records)
        except StopIteration:
            return
        except RuntimeError:
            continue
        yield json.loads(record["data"])["Event"]["System"]


def looked(*paths: Path) -> Visibility:
    return visibility(Request(tuple(map(str, paths)), ()))


def test_counts_and_record_ids_are_those_of_the_file(shared: Path) -> None:
    for name in ("sysmon.evtx", "Security_short_selected.evtx", "system.evtx"):
        path = shared / "data/omerbenamram--evtx" / name
        ids: dict[tuple[str, str], set[int]] = {}
        kinds: Counter[tuple[str, str, str]] = Counter()
        for system in systems(path):
            log = (system["Computer"], system["Channel"])
            ids.setdefault(log, set()).add(int(system["EventRecordID"]))
            number = system["EventID"]
            kinds[(*log, str(number["#text"] if isinstance(number, dict) else number))] += 1
        found = looked(path)
        logs = {(str(host.computer), str(log.log)): log for host in found.hosts for log in host.logs}
        assert set(logs) == set(ids)
        for key, log in logs.items():
            expected = ids[key]
            assert log.records is not None
            assert (log.records.first, log.records.last) == (min(expected), max(expected))
            assert log.records.missing == max(expected) - min(expected) + 1 - len(expected)
            assert all(many == kinds[(*key, event_id)] for event_id, many in log.by_id.items())


def test_a_log_that_was_cleared_and_a_clock_that_was_set(shared: Path) -> None:
    folder = shared / "data/omerbenamram--evtx"
    host = next(
        host
        for host in looked(folder / "system.evtx", folder / "sysmon.evtx").hosts
        if host.computer == "DESKTOP-2KGM189"
    )
    cleared = [
        one
        for one in systems(folder / "system.evtx")
        if (one["EventID"], one["Provider"]["#attributes"]["Name"]) == (104, "Microsoft-Windows-Eventlog")
    ]
    assert sum(one.kind == "cleared" for one in host.notices) == len(cleared) > 0


def test_all_public_logs_are_read_without_a_crash(shared: Path) -> None:
    found = looked(shared / "data/mdecrevoisier--EVTX-to-MITRE-Attack", shared / "data/endgameinc--eqllib")
    assert found.hosts
    assert all(len(host.sights) == len(found.implementations) for host in found.hosts)
    assert sum(host.events for host in found.hosts) == sum(file.events for file in found.evidence.files)
