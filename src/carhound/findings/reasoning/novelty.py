"""Reasons that lie in other events: is it new, is it rare, and who else says so."""

from carhound.findings.processes import APART
from carhound.findings.reasoning.view import Novelty, View, quoted
from carhound.findings.run import LEFT_OUT_LATER
from carhound.findings.twins import PSEUDOCODE_SUFFIX
from carhound.model.instants import readable_time

FEWEST_HOSTS = 5
"""Hosts below which rare and common mean nothing."""
RARE = 20
"""Rare is what one host has, or one in so many."""


def new_in_window(view: View) -> str | None:
    """Found by an implementation that tells only what is new."""
    if (found := _novel(view)) is None:
        return None
    name, novelty = found
    said = f"new by {quoted(name)}: not met"
    if novelty.baseline is None or novelty.baseline.earliest is None or novelty.baseline.latest is None:
        return f"{said} in its baseline"
    times = f"{readable_time(novelty.baseline.earliest)} to {readable_time(novelty.baseline.latest)}"
    return f"{said} in its baseline, {times}"


def rare_across_hosts(view: View) -> str | None:
    """On one host of several, or on one in twenty."""
    known, hosts = view.finding.prevalence, view.around.hosts
    if known is None or hosts < FEWEST_HOSTS or known.hosts > max(1, hosts // RARE):
        return None
    return f"this {_names(view)} was met on {known.hosts} of {hosts} hosts"


def first_seen(view: View) -> str | None:
    """No match with its key is earlier, other records of the same process aside."""
    known, time = view.finding.prevalence, view.finding.time
    if known is None or time is None or known.first is None or known.first < time - APART:
        return None
    return f"no earlier match has this {_names(view)}"


def seen_before(view: View) -> str | None:
    """A match with its key is earlier."""
    known, time = view.finding.prevalence, view.finding.time
    if known is None or time is None or known.first is None or known.first >= time - APART:
        return None
    days = f"{known.days} day{'s' if known.days > 1 else ''}"
    return f"this {_names(view)} was met first at {readable_time(known.first)}, on {days} in all"


def baseline_silent(view: View) -> str | None:
    """New says little of a host that was not heard."""
    found = _novel(view)
    silent = None if found is None else found[1].silent.get(view.finding.computer)
    if silent is None:
        return None
    days, of = silent
    host = quoted(view.finding.computer) if view.finding.computer else "a computer without a name"
    return f'"new" says little: {host} was silent on {days} of {of} days of the baseline'


def several_implementations(view: View) -> str | None:
    """Found by more than one pattern; twins count as one."""
    names = list(dict.fromkeys(one.removesuffix(PSEUDOCODE_SUFFIX) for one in view.finding.implementations))
    return None if len(names) < 2 else f"found by {len(names)} patterns: {', '.join(names)}"


def only_one_twin(view: View) -> str | None:
    """One of two twins leaves it out."""
    for twins in view.around.twins:
        for name, other, differences in (
            (twins.spl, twins.pseudocode, twins.only_spl),
            (twins.pseudocode, twins.spl, twins.only_pseudocode),
        ):
            for one in differences:
                if one.finding == view.finding.id:
                    why = one.clause if one.clause == LEFT_OUT_LATER else f"fails at {quoted(one.clause)}"
                    return f"found by {quoted(name)} and not by {quoted(other)}: {why}"
    return None


def common(view: View) -> str | None:
    """On half of the hosts or more."""
    known, hosts = view.finding.prevalence, view.around.hosts
    if known is None or hosts < FEWEST_HOSTS or known.hosts * 2 < hosts:
        return None
    return f"this {_names(view)} was met on {known.hosts} of {hosts} hosts"


def _novel(view: View) -> tuple[str, Novelty] | None:
    names = (name for name in view.finding.implementations if name in view.around.novel)
    name = next(names, None)
    return None if name is None else (name, view.around.novel[name])


def _names(view: View) -> str:
    known = view.finding.prevalence
    return "" if known is None else " and ".join(known.fields)
