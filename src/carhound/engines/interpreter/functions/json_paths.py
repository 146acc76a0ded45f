"""`spath()` over JSON.

Splunk's Search Reference, "Text functions", and the command "spath", *Location path*.
"""

import json
import re
from functools import lru_cache
from typing import Any

from carhound.engines.interpreter.functions.building import Single, Value, several

_STEP = re.compile(r"\.?([^.{}]+)|\{(\d*)\}")

Step = str | int | None
"""A key, the number of an element counted from 0, or None for all elements."""


def spath(text: str, path: str) -> Value:
    """What stands at the path, several where it goes through `{}`; null for nothing, and for no JSON."""
    steps = _steps(path)
    try:
        found = [json.loads(text)]
    except (ValueError, RecursionError):
        return None
    for step in steps or ():
        found = [inner for one in found for inner in _below(one, step)]
    return several(map(_shown, found)) if steps else None


@lru_cache(maxsize=32)
def _steps(path: str) -> tuple[Step, ...] | None:
    """The path taken apart; None where it is none."""
    steps: list[Step] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            return None
        key, place = match.groups()
        steps.append(key if key is not None else int(place) if place else None)
        at = match.end()
    return tuple(steps)


def _below(value: Any, step: Step) -> list[Any]:
    if isinstance(step, str):
        return [value[step]] if isinstance(value, dict) and step in value else []
    if not isinstance(value, list):
        return []
    return value if step is None else value[step : step + 1]


def _shown(value: Any) -> Single:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else str(value)
