"""What the file of a bundled scenario tells, read without the simulator."""

from collections import Counter
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import yaml

KINDS = {"load": "module", "file": "file", "registry": "registry", "connect": "network", "dns": "dns"}


@dataclass
class Told:
    """A process as the scenario tells of it."""

    image: str
    command_line: str
    parent: str
    deeds: Counter[tuple[str, str]] = field(default_factory=Counter)
    ends: bool = False
    copy_of: str | None = None


def story(name: str) -> dict[str, Told]:
    text = (resources.files("carhound.simulate") / f"bundled/{name}.yaml").read_text(encoding="utf-8")
    processes: dict[str, Told] = {}
    last = ""
    for step in yaml.safe_load(text)["steps"]:
        kind = next(iter(step))
        if kind == "process":
            last = step["process"]
            processes[last] = Told(
                step["image"],
                step.get("command_line", f'"{step["image"]}"'),
                step["parent"],
                ends="exit" in step,
                copy_of=step.get("copy_of"),
            )
        elif kind == "end":
            processes[step["end"]].ends = True
        else:
            processes[step.get("by", last)].deeds[KINDS[kind], about(kind, step)] += 1
    return processes


def about(kind: str, step: dict[str, Any]) -> str:
    if kind == "connect":
        return f"{step['connect']}:{step['port']}"
    return str(step["key"] if kind == "registry" else step[kind])


def ancestors(key: str, processes: dict[str, Told]) -> list[str]:
    above: list[str] = []
    while (key := processes[key].parent) in processes:
        above.insert(0, key)
    return above
