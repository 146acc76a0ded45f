"""Sentences about parts of a run that pages for people share. Names in them may come from evidence."""

from datetime import datetime

from carhound.findings.prevalence import Prevalence
from carhound.findings.run import AnalyticResult, WindowUsed
from carhound.outputs.wording import count, moment


def seen_text(prevalence: Prevalence) -> str:
    """Where and when a key was met, in one line."""
    names = " and ".join(prevalence.fields)
    said = f"this {names} on {count(prevalence.hosts, 'host')}, {count(prevalence.days, 'day')}"
    if prevalence.first is None or prevalence.last is None:
        return said
    if prevalence.first == prevalence.last:
        return f"{said}, {moment(prevalence.first)} only"
    return f"{said}, {moment(prevalence.first)} to {moment(prevalence.last)}"


def window_text(window: WindowUsed) -> str:
    """The window for people, for example "2024-06-14 00:00:00Z to 2024-06-15 13:00:00Z"."""

    def bound(time: datetime | None, otherwise: str) -> str:
        return otherwise if time is None else moment(time)

    return f"{bound(window.earliest, 'the beginning')} to {bound(window.latest, 'the end')}"


def attack_text(analytic: AnalyticResult) -> str:
    """For example "T1218.010 (TA0005, coverage Low)"."""
    said = []
    for entry in analytic.attack:
        techniques = _words(entry.get("subtechniques")) or _words(entry.get("technique"))
        level = _words(entry.get("coverage"))
        about = _words(entry.get("tactics")) + ([f"coverage {level[0]}"] if level and level[0] else [])
        said.append(", ".join(techniques) + (f" ({', '.join(about)})" if about else ""))
    return "; ".join(said)


def d3fend_text(analytic: AnalyticResult) -> str:
    """For example "D3-PLA Process Lineage Analysis"."""
    return "; ".join(
        " ".join([*_words(entry.get("id")), *_words(entry.get("label"))]) for entry in analytic.d3fend
    )


def _words(value: object) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
