"""The formats of the ATT&CK Navigator and of Timesketch, held against what these tools publish.

Layers of real and of hostile runs were also read and written again by mitreattack-python 6.3.1 (`navlayers`,
strict), with no field lost, and lines of both by the importer of Timesketch, version 20261014, with nothing
left out. Both need pandas, so they are no part of the tests.
"""

import json
import re
from datetime import datetime

import jsonschema
import pytest
from msgspec.structs import replace

from carhound.findings.run import Run
from carhound.outputs.render import render

from .attacks import attacked
from .sample_parts import MAIN, MAIN_P, NAMES, analytic, host, implementation, process, run
from .sample_runs import RUNS
from .sample_trees import report_run

TEXT = {"type": "string"}
COLOUR = {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}


def _object(required: dict[str, object], optional: dict[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **optional},
        "additionalProperties": False,
    }


METADATA = {"type": "array", "items": _object({"name": TEXT, "value": TEXT}, {})}
LAYER = _object(
    {"name": TEXT, "domain": {"enum": ["enterprise-attack", "mobile-attack", "ics-attack"]}},
    {
        "versions": _object(
            # The format asks for 4.9.0 or later; MITRE's own library knows 5 alone, and warns of all others.
            {"navigator": {"type": "string", "pattern": r"^5\.\d+\.\d+$"}, "layer": {"const": "4.5"}},
            {"attack": TEXT},
        ),
        "description": TEXT,
        "filters": _object(
            {}, {"platforms": {"type": "array", "items": {"enum": ["Windows", "Linux", "macOS"]}}}
        ),
        "sorting": {"enum": [0, 1, 2, 3]},
        "layout": _object(
            {},
            {
                "layout": {"enum": ["side", "flat", "mini"]},
                "showID": {"type": "boolean"},
                "showName": {"type": "boolean"},
                "expandedSubtechniques": {"enum": ["none", "all", "annotated"]},
            },
        ),
        "hideDisabled": {"type": "boolean"},
        "techniques": {
            "type": "array",
            "items": _object(
                {"techniqueID": {"type": "string", "pattern": r"^T\d{4}(\.\d{3})?$"}},
                {
                    "comment": TEXT,
                    "enabled": {"type": "boolean"},
                    "score": {"type": "number"},
                    "color": COLOUR,
                    "metadata": METADATA,
                },
            ),
        },
        "gradient": _object(
            {
                "colors": {"type": "array", "items": COLOUR, "minItems": 2},
                "minValue": {"type": "number"},
                "maxValue": {"type": "number"},
            },
            {},
        ),
        "legendItems": {"type": "array", "items": _object({"label": TEXT, "color": COLOUR}, {})},
        "metadata": METADATA,
    },
)
"""Layer format 4.5 as its specification has it, of what a layer of ours may hold."""


def layer(of: Run) -> dict[str, object]:
    made: dict[str, object] = json.loads(b"".join(render(of, "navigator")))
    return made


@pytest.mark.parametrize("name", [name for name in RUNS if "search" not in name])
def test_a_layer_is_as_its_specification_says(name: str) -> None:
    made = layer(RUNS[name]())
    jsonschema.validate(made, LAYER)
    assert made["gradient"]["maxValue"] > made["gradient"]["minValue"]  # type: ignore[index]


def technique(of: Run) -> tuple[int | None, str]:
    """Score of the one technique, and what the legend says of its colour."""
    made = layer(of)
    [one] = made["techniques"]  # type: ignore[misc]
    legend = {item["color"]: item["label"] for item in made["legendItems"]}  # type: ignore[attr-defined]
    return one.get("score"), legend[one["color"]]


def test_what_was_not_judged_does_not_look_like_what_was() -> None:
    whole = run(
        analytic(*(implementation(name) for name in NAMES)),
        hosts=(host("WS", 1, 1, 1, NAMES),),
    )
    assert technique(whole) == (0, "judged on every host, nothing found")
    blind = replace(whole, hosts=(*whole.hosts, host("FS", 1, 0, 0, ())))
    assert technique(blind) == (0, "nothing found, and only partly judged")
    damaged = replace(whole, status="partial")
    assert technique(damaged) == (0, "nothing found, and only partly judged")
    silent = run(analytic(implementation(MAIN, eligible=0), implementation(MAIN_P, eligible=0)))
    assert technique(silent) == (None, "not judged: says nothing")
    found = process(1)
    hit = run(analytic(implementation(MAIN, found)), findings=(found,))
    assert technique(hit) == (1, "findings; the score is their number")


def test_techniques_of_several_analytics_are_told_together() -> None:
    found = process(1)
    made = layer(
        run(
            analytic(implementation(MAIN, found)),
            analytic(implementation(MAIN), id="CAR-2019-04-003", attack=({"technique": "T1218"},)),
            analytic(implementation(MAIN, eligible=0), id="CAR-0000-00-000"),
            findings=(found,),
        )
    )
    told = {one["techniqueID"]: one["comment"] for one in made["techniques"]}  # type: ignore[attr-defined]
    assert told == {
        "T1218": "nothing found, and only partly judged (CAR-2019-04-003)",
        "T1218.010": "1 finding of CAR-2019-04-002, CAR-0000-00-000",
    }


def test_timesketch_gets_the_fields_it_asks_for() -> None:
    """Those of its importer: three that must be there, and names that it would leave out."""
    of = report_run()
    lines = b"".join(render(attacked(of), "timesketch")).decode().splitlines()
    timed = [finding for finding in of.findings if finding.time is not None]
    assert 0 < len(lines) == len(timed) < len(of.findings)
    for line, finding in zip(lines, timed, strict=True):
        event = json.loads(line)
        assert all(isinstance(event[name], str) and event[name] for name in ("message", "timestamp_desc"))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", event["datetime"])
        time = datetime.fromisoformat(event["datetime"])
        assert time == finding.time
        assert event["timestamp"] == round(time.timestamp() * 1_000_000)
        assert not [
            name for name in event if not re.fullmatch(r"[a-z]\w*", name, re.ASCII) or name == "label"
        ]
        assert event["finding_id"] == finding.id
        assert not [value for value in event.values() if isinstance(value, dict)]
