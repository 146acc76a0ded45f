"""What the logs of each host say of themselves: days, holes, clocks, and what was cleared or stopped."""

from collections.abc import Iterator, Sequence

from carhound.findings.record_ids import RecordGap, RecordIds
from carhound.findings.sysmon_versions import SensorVersion
from carhound.findings.visibility import HostVisibility, LogSeen
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.wording import count, moment, number, some

_HOSTS = 50
_LOGS = 6
_LISTED = 3
_LABEL = 10
_NAMES = 6


def show_host_remarks(sheet: Page, hosts: Sequence[HostVisibility]) -> None:
    """The hosts of which there is something to say; the others are counted."""
    if not hosts:
        return
    sheet.blank()
    sheet.line(("What the logs say of themselves", "bold"), hang=0)
    told = [(host, lines) for host in hosts if (lines := list(_remarks(host)))]
    for host, lines in told[:_HOSTS]:
        first, last = moment(host.first)[:16], moment(host.last)[:16]
        span = f"{first} to {last}, {count(host.events, 'event')}"
        sheet.line(
            evidence(host.computer or "computer unknown", "bold"), f"  {span}{_sensor(host.sysmon)}", indent=2
        )
        for label, text in lines:
            sheet.labelled(label, evidence(text), indent=4, label_width=_LABEL)
    if (more := len(told) - _HOSTS) > 0:
        sheet.line(f"and {count(more, 'more host')}: --format json lists them all", indent=2)
    if rest := len(hosts) - len(told):
        sheet.line(f"nothing is missing in the logs of {count(rest, 'host')}, as far as they tell", indent=2)


def _remarks(host: HostVisibility) -> Iterator[tuple[str, str]]:
    if host.silent_days:
        listed = some([day.isoformat() for day in host.silent[:_LISTED]], _LISTED)
        more = f" and {number(host.silent_days - _LISTED)} more" if host.silent_days > _LISTED else ""
        yield "silent", f"no event at all on {count(host.silent_days, 'day')} in between: {listed}{more}"
    told = [(log, text) for log in host.logs if (text := _records(log))]
    for log, text in told[:_LOGS]:
        yield "records", f"{log.log or 'log unknown'}: {text}"
    if (rest := len(told) - _LOGS) > 0:
        yield "records", f"and {count(rest, 'more log')} with something to say"
    for kind in ("cleared", "service", "configuration", "error", "time"):
        found = [one for one in host.notices if one.kind == kind]
        for one in found[:_LISTED]:
            yield _LABELS[kind], f"{moment(one.time)}  {one.text}"
        if (rest := len(found) + host.unlisted.get(kind, 0) - _LISTED) > 0:
            yield _LABELS[kind], f"and {number(rest)} more"
    if host.loaders is not None:
        programs = f"{count(len(host.loaders), 'program')} only: {', '.join(host.loaders)}"
        yield "loads", f"module loads are told of {programs}; the configuration may leave out the others"


_LABELS = {
    "cleared": "cleared",
    "service": "sensor",
    "configuration": "config",
    "error": "sensor",
    "time": "clock",
}


def _sensor(version: SensorVersion | None) -> str:
    if version is None:
        return ""
    if version.stated:
        return f", Sysmon {', then '.join(version.stated)}"
    if version.at_least is not None:
        return f", Sysmon {version.at_least} or later ({version.by})"
    return ", Sysmon of an unknown version"


def _records(log: LogSeen) -> str:
    """Holes, restarts and jumps in the records of a log; empty where there are none."""
    ids = log.records
    if ids is None:
        return ""
    said = []
    if ids.missing:
        about = "" if ids.exact else "about "
        said.append(
            f"{about}{number(ids.missing)} of {number(ids.missing + ids.present)} records are missing"
        )
        if ids.filtered:
            said[-1] += ", so it looks filtered"
        elif ids.gaps:
            said[-1] += f" in {count(ids.holes, 'gap')}, the largest {_gap(ids.gaps[0])}"
    said += [_jumps(ids)] if ids.jumps else []
    said += [
        f"record ids start again at {number(one.record)} on {moment(one.time)} (set back to an earlier "
        "state, made anew, or two machines of one name)"
        for one in ids.restarts[:_LISTED]
    ]
    return "; ".join(said)


def _gap(gap: RecordGap) -> str:
    return f"of {number(gap.missing)} between {moment(gap.last)} and {moment(gap.next)}"


def _jumps(ids: RecordIds) -> str:
    worst = ids.largest_jumps[0]
    times = "once" if ids.jumps == 1 else f"{number(ids.jumps)} times"
    return f"time goes back {times}, at most from {moment(worst.was)} to {moment(worst.became)}"


def show_fields(sheet: Page, hosts: Sequence[HostVisibility]) -> None:
    """Fields of interest that no event of their kind has, and on which hosts."""
    lacking: dict[tuple[str, str], list[str]] = {}
    for host in hosts:
        for field in host.fields:
            if not field.present:
                said = f"{host.computer or 'computer unknown'} ({count(field.events, 'event')})"
                lacking.setdefault((field.kind, field.field), []).append(said)
    if not lacking:
        return
    sheet.blank()
    sheet.line(("Fields that are lacking", "bold"), hang=0)
    for (kind, name), names in lacking.items():
        sheet.line(evidence(f"{kind} without {name}"), indent=2)
        sheet.labelled("on", evidence(some(names, _NAMES)), indent=5, label_width=6)
        if (kind, name) == ("Security 4688", "CommandLine"):
            said = "set the policy 'Include command line in process creation events'"
            sheet.labelled("hint", said, indent=5, label_width=6)
