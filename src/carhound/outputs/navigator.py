"""The run as a layer of the ATT&CK Navigator, format 4.5.

What was not judged has no score and a colour of its own: in a layer, too, silence is not safety.
Format: https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct, field

from carhound.findings.run import AnalyticResult, Finding, Run
from carhound.outputs.escape import visible
from carhound.outputs.json_run import Json
from carhound.outputs.patterns import judgement
from carhound.outputs.verdict import verdict
from carhound.outputs.wording import count, moment, some

_HOSTS_NAMED = 20

State = Literal["found", "judged", "partly", "not judged"]

_COLOURS: dict[State, str] = {
    "found": "#e0604f",
    "judged": "#a9c8e4",
    "partly": "#f2d489",
    "not judged": "#c9c9c9",
}
_LEGEND: dict[State, str] = {
    "found": "findings; the score is their number",
    "judged": "judged on every host, nothing found",
    "partly": "nothing found, and only partly judged",
    "not judged": "not judged: says nothing",
}
_WORST_LAST: tuple[State, ...] = ("judged", "partly", "not judged")


class _Technique(Struct):
    """What the analytics of one technique said together."""

    analytics: list[AnalyticResult] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    findings: dict[str, Finding] = field(default_factory=dict)

    @property
    def state(self) -> State:
        if self.findings:
            return "found"
        judged = [state for state in self.states if state != "not judged"]
        if judged and len(judged) < len(self.states):
            return "partly"
        return max(self.states, key=_WORST_LAST.index)


def layer(run: Run) -> Json:
    """One technique for each that the analytics of the run name; sub-techniques in place of their parents."""
    techniques: dict[str, _Technique] = {}
    for analytic in run.analytics:
        found = [finding for finding in run.findings if finding.analytic == analytic.id]
        state = _state(run, analytic)
        for name in dict.fromkeys(_techniques(analytic)):
            technique = techniques.setdefault(name, _Technique())
            technique.analytics.append(analytic)
            technique.states.append(state)
            technique.findings.update((finding.id, finding) for finding in found)
    most = max((len(one.findings) for one in techniques.values()), default=0)
    return {
        "name": "carhound hunt",
        "versions": {"navigator": "5.0.0", "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": visible(f"{verdict(run).sentence}. Now is {moment(run.info.now)}."),
        "filters": {"platforms": ["Windows"]},
        "sorting": 3,
        "layout": {"layout": "side", "showID": True, "showName": True, "expandedSubtechniques": "annotated"},
        "hideDisabled": False,
        "techniques": [_object(name, technique) for name, technique in sorted(techniques.items())],
        "gradient": {
            "colors": [_COLOURS["judged"], _COLOURS["found"]],
            "minValue": 0,
            "maxValue": max(most, 1),
        },
        "legendItems": [{"label": _LEGEND[state], "color": colour} for state, colour in _COLOURS.items()],
        "metadata": [
            {"name": "carhound", "value": run.info.version},
            {"name": "reading", "value": run.info.reading},
            {"name": "status", "value": run.status},
        ],
    }


def _techniques(analytic: AnalyticResult) -> Iterator[str]:
    """Ids of the techniques that a document names, as specific as it names them."""
    for entry in analytic.attack:
        below = entry.get("subtechniques")
        names = below if isinstance(below, list | tuple) and below else [entry.get("technique")]
        yield from (visible(str(name)) for name in names if str(name).startswith("T"))


def _state(run: Run, analytic: AnalyticResult) -> State:
    ran = [one for one in analytic.implementations if one.status == "ran"]
    if not any(one.eligible for one in ran):
        return "not judged"
    whole = len(ran) == len(analytic.implementations) and not any(one.not_judged for one in ran)
    everywhere = all(
        one.complete
        for host in run.hosts
        for one in judgement(run, host).analytics
        if one.analytic == analytic.id
    )
    return "judged" if whole and everywhere and run.status == "complete" else "partly"


def _object(name: str, technique: _Technique) -> Json:
    found = list(technique.findings.values())
    ids = ", ".join(analytic.id for analytic in technique.analytics)
    said = f"{count(len(found), 'finding')} of {ids}" if found else f"{_LEGEND[technique.state]} ({ids})"
    value: Json = {
        "techniqueID": name,
        "comment": visible(said),
        "enabled": True,
        "color": _COLOURS[technique.state],
        "metadata": [{"name": key, "value": visible(text)} for key, text in _about(technique, found)],
    }
    if technique.state != "not judged":
        value["score"] = len(found)
    return value


def _about(technique: _Technique, found: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    for analytic in technique.analytics:
        yield analytic.id, analytic.title or analytic.path
    if found:
        hosts = list(dict.fromkeys(finding.computer or "computer unknown" for finding in found))
        yield "hosts", some(hosts, _HOSTS_NAMED)
        times = [finding.time for finding in found if finding.time is not None]
        if times:
            yield "first", moment(min(times))
            yield "last", moment(max(times))
