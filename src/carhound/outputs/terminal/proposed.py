"""An entry that is not written yet, for whoever is to confirm it."""

from carhound.findings.acceptance import Proposal, Reported
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.wording import count, moment, some

_SHOWN = 10
_HOSTS_SHOWN = 5
_NATIVE = {"command_line": "CommandLine", "module_path": "ImageLoaded", "image_path": "Image"}


def page(proposal: Proposal, *, width: int, colour: bool = False) -> str:
    """The entry, what it would have hidden, and what should be known of it."""
    sheet = Page(width, colour=colour)
    sheet.line("An entry for ", evidence(proposal.path, "bold"), ":")
    sheet.blank()
    for line in proposal.text.splitlines():
        indent = len(line) - len(line.lstrip(" "))
        sheet.line(evidence(line.lstrip(" ")), indent=indent + 2)
    sheet.blank()
    sheet.line(*_summary(proposal))
    for one in proposal.hidden[:_SHOWN]:
        _show(sheet, one)
    if (more := len(proposal.hidden) - _SHOWN) > 0:
        sheet.line(f"and {more:,} more", indent=2)
    for remark in proposal.remarks:
        sheet.line(("! ", "bold yellow"), evidence(remark))
    return sheet.text()


def _summary(proposal: Proposal) -> list[str]:
    hidden = proposal.hidden
    events = sum(one.events for one in hidden)
    hosts = len({host for one in hidden for host in one.hosts})
    said = (
        f"In the last {count(proposal.days, 'day')} it would have hidden {len(hidden):,} of "
        f"{proposal.reported:,} reported ({count(events, 'event')} on {count(hosts, 'host')})"
    )
    firsts = [one.first for one in hidden if one.first is not None]
    lasts = [one.last for one in hidden if one.last is not None]
    if firsts and lasts:
        said += f", the first at {moment(min(firsts))}, the last at {moment(max(lasts))}"
    return [said + (":" if hidden else "")]


def _show(sheet: Page, one: Reported) -> None:
    what = next(
        (
            value
            for name in _NATIVE
            if isinstance(value := one.car.get(name, one.native.get(_NATIVE[name])), str)
        ),
        "",
    )
    sheet.line(
        evidence(one.name, "dim"),
        f"  {moment(one.last)}  ",
        evidence(some(one.hosts, _HOSTS_SHOWN) or "computer unknown", "bold"),
        f"  {count(one.events, 'event')}  ",
        evidence(what),
        indent=2,
        hang=4,
    )
