"""Counts per file over all the public data, as an independent reader found them."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.normalize.normalizer import Normalizer
from carhound.readers.evidence import open_evidence

CREATE, LOAD = (("process", "create"),), (("module", "load"),)


@pytest.fixture(scope="module")
def found(shared: Path) -> dict[str, Counter[str]]:
    """Per file, what is read: with the path below its data set as name."""
    counts: dict[str, Counter[str]] = {}
    normalizer = Normalizer()
    root = shared / "data"
    for part in open_evidence([str(root)]):
        if part.kind != "evidence":
            continue
        count = counts[part.path.removeprefix(f"{root}/")] = Counter()
        for item in part.items():
            if isinstance(item, Damage):
                count["errors"] += 1
            elif isinstance(item, RawEvent):
                event = normalizer.event(item, part.path, part.format or "")
                count["records"] += 1
                sysmon = event.provider == "Microsoft-Windows-Sysmon"
                count["sysmon1"] += sysmon and event.kinds == CREATE
                count["sysmon7"] += event.kinds == LOAD
                count["not_sysmon_event_1"] += event.event_id == "1" and not sysmon
                count["sec4688"] += event.event_id == "4688"
    return counts


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict[str, Any]:
    datasets: dict[str, Any] = json.loads((shared / "data" / "expected.json").read_text())["datasets"]
    return datasets


def _listed(expected: dict[str, Any]) -> Iterator[tuple[str, dict[str, int]]]:
    for name, dataset in expected.items():
        for file, counts in dataset["per_file"].items():
            yield f"{name}/{file}", counts


def test_every_listed_file_has_its_counts(found: dict[str, Counter[str]], expected: dict[str, Any]) -> None:
    listed = dict(_listed(expected))
    assert len(listed) > 20
    wrong = {
        file: (counts, dict(found.get(file, {})))
        for file, counts in listed.items()
        if any(
            found.get(file, Counter())[name] != counts.get(name, 0)
            for name in ("records", "sysmon1", "sysmon7", "sec4688")
        )
        or found.get(file, Counter())["errors"] < counts.get("errors", 0)
    }
    assert wrong == {}


def test_every_data_set_has_its_totals(found: dict[str, Counter[str]], expected: dict[str, Any]) -> None:
    """What is not listed file by file counts as well."""
    for name, dataset in expected.items():
        if name == "microsoft--msticpy":
            continue  # CSV, which the independent reader left alone
        total: Counter[str] = Counter()
        for file, counts in found.items():
            if file.startswith(f"{name}/"):
                total.update(counts)
        for key, ours in (("records", "records"), ("sysmon1", "sysmon1"), ("sysmon7", "sysmon7")):
            assert total[ours] == dataset[key], (name, key)
        assert total["not_sysmon_event_1"] == dataset["not_sysmon_event_1"], name


def test_no_file_is_known_by_sight_only(shared: Path) -> None:
    told = {
        Path(part.path).name: part.format
        for part in open_evidence([str(shared / "data")])
        if part.kind == "unsupported"
    }
    assert told == {}
