"""The searches of docs/how-to/everyday-searches.md, over all public telemetry, against plain Python."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from carhound.engines.interpreter.execution import run
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.model.event import Event
from carhound.plan.stems import stems

from ..engines.event_files import hits
from .test_engines import EVERY_TIME, public_events

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "everyday-searches.md"

Rows = list[dict[str, Any]]
Fields = dict[str, Any]


def searches() -> list[str]:
    return re.findall(r"^    carhound search '(.*)' logs/$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def text(event: Fields, name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""


def ends(value: str, *endings: str) -> bool:
    return value.lower().endswith(endings)


def known(row: Fields) -> Fields:
    return {name: value for name, value in row.items() if value is not None}


def of(events: Iterable[Fields], code: str) -> list[Fields]:
    return [event for event in events if event.get("EventCode") == code]


def unsigned(events: list[Fields]) -> Rows:
    groups: dict[str, list[Fields]] = defaultdict(list)
    for event in of(events, "7"):
        loaded = event.get("ImageLoaded")
        if (
            text(event, "Signed").lower() == "false"
            and loaded
            and not loaded.lower().startswith("c:\\windows\\")
        ):
            groups[loaded].append(event)
    rows = []
    for loaded in sorted(groups):
        images = sorted({one["Image"] for one in groups[loaded] if one.get("Image") is not None})
        row = {"ImageLoaded": loaded, "count": len(groups[loaded]), "Images": len(images)}
        rows.append(row | ({"values(Image)": tuple(images)} if images else {}))
    return sorted(rows, key=lambda row: -row["count"])[:10]


def rarest(events: list[Fields]) -> Rows:
    names = [event["Image"].split("\\")[-1].lower() for event in of(events, "1") if event.get("Image")]
    counts = Counter(names)
    order = sorted(counts, key=lambda name: (counts[name], name))[:20]
    return [
        {"program": name, "count": counts[name], "percent": round(100 * counts[name] / len(names), 6)}
        for name in order
    ]


def started(events: list[Fields]) -> Rows:
    parents = ("\\winword.exe", "\\excel.exe", "\\wscript.exe", "\\mshta.exe", "\\regsvr32.exe")
    groups: dict[tuple[str, str], list[Fields]] = defaultdict(list)
    for event in of(events, "1"):
        if ends(text(event, "ParentImage"), *parents) and event.get("Image") is not None:
            groups[event["ParentImage"], event["Image"]].append(event)
    return [
        {
            "ParentImage": parent,
            "Image": image,
            "count": len(found),
            "values(CommandLine)": tuple(
                sorted({one["CommandLine"] for one in found if one.get("CommandLine")})
            ),
        }
        for (parent, image), found in sorted(groups.items())
    ]


def encoded(events: list[Fields]) -> Rows:
    found = [
        event
        for event in of(events, "1")
        if ends(text(event, "Image"), "\\powershell.exe") and "-enc" in text(event, "CommandLine").lower()
    ]
    found.sort(key=lambda event: -len(event["CommandLine"]))
    return [{"length": len(event["CommandLine"]), "CommandLine": event["CommandLine"]} for event in found[:5]]


def addresses(events: list[Fields]) -> Rows:
    groups: dict[str, list[Fields]] = defaultdict(list)
    for event in of(events, "3"):
        if event.get("Image") is not None:
            groups[event["Image"]].append(event)
    rows = [
        {
            "Image": image,
            "addresses": len({one.get("DestinationIp") for one in found} - {None}),
            "count": len(found),
        }
        for image, found in groups.items()
    ]
    return sorted(rows, key=lambda row: (-row["addresses"], row["Image"]))[:10]


def connected(events: list[Fields]) -> Rows:
    def inside(event: Fields) -> bool:
        try:
            return ip_address(text(event, "DestinationIp")) in ip_network("10.0.0.0/8")
        except ValueError:
            return False

    guids = {text(event, "ProcessGuid").lower() for event in of(events, "3") if inside(event)} - {""}
    found = [event for event in of(events, "1") if text(event, "ProcessGuid").lower() in guids]
    return [{name: event.get(name) for name in ("Computer", "Image", "CommandLine")} for event in found]


def folders(events: list[Fields]) -> Rows:
    found = []
    for event in of(events, "1"):
        folder = text(event, "Image").rpartition("\\")[0]
        if re.match(r".:\\(users|programdata|windows\\temp)\\.", folder + "\\", re.IGNORECASE):
            found.append(folder)
    counts = Counter(
        one for one in found if re.match(r".:\\(users|programdata|windows\\temp)\\", one, re.IGNORECASE)
    )
    order = sorted(counts, key=lambda name: (-counts[name], name))[:10]
    total = counts.total()
    return [
        {"folder": name, "count": counts[name], "percent": round(100 * counts[name] / total, 6)}
        for name in order
    ]


def heard(events: list[Fields]) -> Rows:
    groups: dict[str, list[Any]] = defaultdict(list)
    for event in events:
        if event.get("Computer") is not None:
            groups[event["Computer"]].append(event["time"])
    rows = []
    for computer, times in groups.items():
        days = sorted({time.date().isoformat() for time in times if time is not None})
        row = {"Computer": computer, "days": len(days), "count": len(times)}
        rows.append(row | ({"first": days[0], "last": days[-1]} if days else {}))
    return sorted(sorted(rows, key=lambda row: row["Computer"]), key=lambda row: -row["count"])[:10]


def logons(events: list[Fields]) -> Rows:
    groups: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for event in of(events, "4624"):
        address, user = event.get("IpAddress"), event.get("TargetUserName")
        if event.get("LogonType") in ("3", "10") and address not in (None, "-") and user is not None:
            groups[user, address].append(event["time"])
    rows = [
        {
            "TargetUserName": user,
            "IpAddress": address,
            "count": len(times),
            "first": f"{min(times):%Y-%m-%d %H:%M}",
        }
        for (user, address), times in sorted(groups.items())
    ]
    return sorted(rows, key=lambda row: -row["count"])[:10]


def openers(events: list[Fields]) -> Rows:
    found = [event for event in of(events, "10") if ends(text(event, "TargetImage"), "\\lsass.exe")]
    counts = Counter(event.get("SourceImage") for event in found)
    return [
        {name: event.get(name) for name in ("Computer", "SourceImage", "GrantedAccess")}
        | {"opened": counts[event["SourceImage"]]}
        for event in found
        if event.get("SourceImage") is not None and counts[event["SourceImage"]] <= 3
    ]


def looked_up(events: list[Fields]) -> Rows:
    groups: dict[str, list[Fields]] = defaultdict(list)
    for event in of(events, "22"):
        if event.get("QueryName") is not None:
            groups[event["QueryName"]].append(event)
    rows = []
    for name, found in sorted(groups.items()):
        programs = {one["Image"] for one in found if one.get("Image") is not None}
        if len(programs) == 1:
            rows.append({"QueryName": name, "programs": 1, "program": tuple(programs), "count": len(found)})
    return rows


ANSWERS: list[tuple[str, Callable[[list[Fields]], Rows], bool]] = [
    ("Signed=false", unsigned, False),
    ("rare limit=20", rarest, True),
    ("mshta.exe", started, True),
    ("-enc", encoded, False),
    ("as addresses", addresses, True),
    ("10.0.0.0/8", connected, False),
    ("rex field=Image", folders, True),
    ("span=1d", heard, True),
    ("EventCode=4624", logons, True),
    ("lsass", openers, False),
    ("EventCode=22", looked_up, True),
]
"""What tells a search, its answer in plain Python, and whether the order of all rows is settled."""


@pytest.fixture(scope="module")
def events(shared: Path) -> list[Event]:
    return public_events(shared / "data")


@pytest.fixture(scope="module")
def fields(events: list[Event]) -> list[Fields]:
    return [
        {**event.native, "EventCode": event.event_id, "Computer": event.computer, "time": event.time}
        for event in events
    ]


def test_every_search_of_the_page_has_an_answer() -> None:
    assert len(searches()) == len(ANSWERS)
    for spl, (mark, _, _) in zip(searches(), ANSWERS, strict=True):
        assert mark in spl


@pytest.mark.parametrize("number", range(len(ANSWERS)), ids=[answer.__name__ for _, answer, _ in ANSWERS])
def test_the_answer_is_that_of_plain_python(events: list[Event], fields: list[Fields], number: int) -> None:
    _, answer, ordered = ANSWERS[number]
    plan = compile_spl(Source(searches()[number], "page")).plan
    result = run(plan, {id(stem.node): hits(stem, events) for stem in stems(plan)}, EVERY_TIME)
    found = [
        {name: row.get(name) for name in result.columns or () if row.get(name) is not None}
        for row in result.rows
    ]
    expected = [known(row) for row in answer(fields)]
    assert expected
    names = set().union(*expected)
    compared = [{name: value for name, value in row.items() if name in names} for row in found]
    if ordered:
        assert compared == expected
    else:
        assert sorted(map(_sortable, compared)) == sorted(map(_sortable, expected))


def _sortable(row: Fields) -> str:
    return repr(sorted(row.items()))
