"""What each computer sent, grouped by what could be judged there: the answer that silence needs."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from rich.text import Text

from carhound.findings.run import HostCoverage, Run
from carhound.outputs.patterns import Judgement, judgement
from carhound.outputs.terminal.page import Page, Part, evidence
from carhound.outputs.wording import count, number

SHOWN = 50
"""Hosts listed of one group."""

_NUMERIC = frozenset({3, 4, 5, 6, 7})
_WIDE = ("", "from (UTC)", "to", "events", "Sysmon 1", "Sysmon 7", "4688", "with command line")
_NARROW = ("", "from (UTC)", "to", "events", "Sysm 1", "Sysm 7", "4688", "with cmd")


def show_hosts(page: Page, run: Run, indent: int) -> None:
    """One group of hosts for each set of patterns that could be judged; for a search one of them all."""
    groups: dict[Judgement, list[HostCoverage]] = {}
    for host in run.hosts:
        groups.setdefault(judgement(run, host), []).append(host)
    page.blank()
    page.line(("Hosts", "bold"), indent=indent)
    if not groups:
        page.line("no computer sent an event", indent=indent + 2)
        return
    if run.results is not None:
        groups = {Judgement(()): list(run.hosts)}
    ordered = sorted(groups.items(), key=lambda one: (not one[0].everything, -one[0].size))
    rows = _rows(page, [host for _, hosts in ordered for host in hosts[:SHOWN]], indent + 4)
    for head in next(rows):
        page.line(head, indent=indent + 4, hang=indent + 4)
    for judged, hosts in ordered:
        if run.results is None:
            page.line(*_can_judge(judged), f" on {_of(len(hosts), len(run.hosts))}", indent=indent + 2)
        for _ in hosts[:SHOWN]:
            for line in next(rows):
                page.line(line, indent=indent + 4, hang=indent + 6)
        if (more := len(hosts) - SHOWN) > 0:
            page.line(f"and {count(more, 'more host')}: --format json lists them all", indent=indent + 4)


def _rows(page: Page, hosts: Sequence[HostCoverage], indent: int) -> Iterator[list[Text]]:
    """The lines of the header, then those of each host, in the widest layout that fits."""
    for header, form in ((_WIDE, "%Y-%m-%d %H:%M"), (_NARROW, "%Y-%m-%d")):
        lines = page.grid(header, [_cells(host, form) for host in hosts], indent=indent, numeric=_NUMERIC)
        if lines is not None:
            yield from ([line] for line in lines)
            return
    yield []
    yield from map(_sentence, hosts)


def _can_judge(judged: Judgement) -> list[Part]:
    if not judged.anything:
        return [("nothing could be judged", "bold yellow")]
    if judged.everything:
        return [("every pattern", "bold"), " could be judged"]
    able = [one for one in judged.analytics if one.patterns]
    if len(judged.analytics) == 1:
        names = ", ".join(able[0].patterns)
    else:
        names = "; ".join(
            f"{one.analytic}: {'every pattern' if one.complete else ', '.join(one.patterns)}" for one in able
        )
    return [evidence(names, "bold"), " could be judged"]


def _of(some: int, total: int) -> str:
    return count(total, "host") if some == total else f"{number(some)} of {count(total, 'host')}"


def _cells(host: HostCoverage, form: str) -> list[Part]:
    return [
        evidence(_name(host)),
        _moment(host.first, form),
        _moment(host.last, form),
        *map(number, (host.events, host.sysmon_1, host.sysmon_7, host.security_4688)),
        _with_command_line(host),
    ]


def _sentence(host: HostCoverage) -> list[Text]:
    first, last = _moment(host.first, "%Y-%m-%d"), _moment(host.last, "%Y-%m-%d")
    span = first if first == last else f"{first} to {last}"
    kinds = f"Sysmon 1 {number(host.sysmon_1)}, 7 {number(host.sysmon_7)}, 4688 {number(host.security_4688)}"
    with_command = f"({_with_command_line(host)} with command line)"
    return [
        evidence(_name(host)),
        Text(f"  {span}, {count(host.events, 'event')}: {kinds} {with_command}"),
    ]


def _with_command_line(host: HostCoverage) -> str:
    some = number(host.security_4688_with_command_line)
    if not host.security_4688_unread:
        return some
    return f"{some} of {number(host.security_4688 - host.security_4688_unread)} read"


def _name(host: HostCoverage) -> str:
    return host.computer or "computer unknown"


def _moment(time: datetime | None, form: str) -> str:
    return "no time" if time is None else time.astimezone(UTC).strftime(form)
