"""`carhound visibility` as a page: hosts by implementations, why not, and what the logs say of hosts."""

from collections.abc import Mapping

from carhound.findings.sensor_rules import RulesVerdict, SensorRules
from carhound.findings.visibility import HostVisibility, Lack, Visibility
from carhound.outputs.terminal.about import show_status
from carhound.outputs.terminal.page import Page, Part, evidence
from carhound.outputs.terminal.reading import show_left_out
from carhound.outputs.terminal.visible_hosts import show_fields, show_host_remarks
from carhound.outputs.wording import count, moment, number, some

_HOSTS = 50
_LACKS = 40
_NAMES = 6
_SAMPLES = 2
_STYLES: Mapping[str, str] = {"yes": "green", "part": "yellow", "doubt": "yellow", "no": "bold red"}
_RULES: Mapping[str, str] = {"shown": "green", "part": "yellow", "hidden": "bold red", "unknown": "dim"}


def page(found: Visibility, *, width: int, colour: bool = False) -> str:
    """The whole page; without colour it holds no control character but the line break."""
    sheet = Page(width, colour=colour)
    now = "" if found.now is None else f"; windows end at {moment(found.now)}"
    sheet.line(evidence(f"carhound {found.version}; days in {found.tz}{now}", "dim"), hang=0)
    _show_grid(sheet, found)
    _show_lacks(sheet, found)
    show_fields(sheet, found.hosts)
    show_host_remarks(sheet, found.hosts)
    if found.rules is not None:
        _show_rules(sheet, found.rules)
    _show_unable(sheet, found)
    sheet.blank()
    events = sum(file.events for file in found.evidence.files)
    sheet.line(f"{count(events, 'event')} of {count(len(found.hosts), 'host')} read", hang=0)
    show_left_out(sheet, found.evidence, 2)
    show_status(sheet, found.status, found.reasons)
    return sheet.text()


def _show_grid(sheet: Page, found: Visibility) -> None:
    sheet.blank()
    sheet.line(("What could be found where", "bold"), hang=0)
    for at, (analytic, name) in enumerate(found.implementations, 1):
        sheet.labelled(f"{at}", evidence(f"{analytic}  {name}"), indent=2, label_width=4)
    if not found.hosts:
        sheet.line("no computer sent an event", indent=2)
        return
    sheet.blank()
    numbers = [str(at) for at in range(1, len(found.implementations) + 1)]
    shown = found.hosts[:_HOSTS]
    rows: list[list[Part]] = []
    for host in shown:
        cells: list[Part] = [(sight.verdict, _STYLES[sight.verdict]) for sight in host.sights]
        rows.append([evidence(_name(host)), number(host.days), *cells])
    lines = sheet.grid(["host", "days", *numbers], rows, indent=2, numeric=frozenset({1}))
    if lines is not None:
        for line in lines:
            sheet.line(line, indent=2)
    else:
        for host in shown:
            sheet.line(evidence(_name(host)), ": ", _in_words(host), indent=2)
    if (more := len(found.hosts) - len(shown)) > 0:
        sheet.line(f"and {count(more, 'more host')}: --format json lists them all", indent=2)


def _in_words(host: HostVisibility) -> str:
    by_verdict: dict[str, list[str]] = {}
    for at, sight in enumerate(host.sights, 1):
        by_verdict.setdefault(sight.verdict, []).append(str(at))
    return "; ".join(f"{verdict} {', '.join(which)}" for verdict, which in by_verdict.items())


def _show_lacks(sheet: Page, found: Visibility) -> None:
    """Every reason once, with the implementations and the hosts that it is about."""
    grouped: dict[tuple[str, str | None], dict[int, dict[int, Lack]]] = {}
    for at, host in enumerate(found.hosts):
        for which, sight in enumerate(host.sights, 1):
            for lack in sight.lacks:
                grouped.setdefault((lack.what, lack.hint), {}).setdefault(at, {})[which] = lack
    if not grouped:
        return
    sheet.blank()
    sheet.line(("Why not, and what to do", "bold"), hang=0)
    ordered = sorted(grouped.items(), key=lambda one: -len(one[1]))
    for (what, hint), by_host in ordered[:_LACKS]:
        numbers = sorted({one for lacks in by_host.values() for one in lacks})
        sheet.line((", ".join(map(str, numbers)) + "  ", "dim"), evidence(what), indent=2)
        names = [_detailed(found.hosts[at], lacks) for at, lacks in by_host.items()]
        where = "every host: " if len(by_host) == len(found.hosts) > 1 else ""
        sheet.labelled("on", evidence(where + some(names, _NAMES)), indent=5, label_width=6)
        if hint is not None:
            sheet.labelled("hint", evidence(hint), indent=5, label_width=6)
    if (more := len(ordered) - _LACKS) > 0:
        sheet.line(f"and {count(more, 'more reason')}: --format json lists them all", indent=2)


def _detailed(host: HostVisibility, lacks: Mapping[int, Lack]) -> str:
    details = dict.fromkeys(lack.detail for lack in lacks.values() if lack.detail is not None)
    return _name(host) + (f" ({'; '.join(details)})" if details else "")


def _show_rules(sheet: Page, rules: SensorRules) -> None:
    sheet.blank()
    schema = f", schema {rules.schema}" if rules.schema else ""
    sheet.line(
        ("What the Sysmon configuration hides", "bold"), evidence(f"  {rules.path}{schema}", "dim"), hang=0
    )
    for event in rules.events:
        said = f"{event.tag}, {_LOGGED[event.logged]}: {event.why}"
        sheet.labelled(f"event {event.event_id}", evidence(said), indent=2, label_width=10)
    if not rules.events:
        sheet.line("no analytic names an event of Sysmon", indent=2)
    alike: dict[tuple[object, ...], list[tuple[int, RulesVerdict]]] = {}
    for at, verdict in enumerate(rules.verdicts, 1):
        key = (verdict.verdict, verdict.why, verdict.hidden, verdict.hidden_samples)
        alike.setdefault(key, []).append((at, verdict))
    for several in alike.values():
        _show_verdict(sheet, [at for at, _ in several], several[0][1])
    for remark in rules.remarks:
        sheet.labelled("!", evidence(remark, "yellow"), indent=2, label_width=3)


_LOGGED: Mapping[str, str] = {
    "all": "all logged",
    "some": "partly logged",
    "none": "nothing logged",
    "unknown": "unknown",
}


def _show_verdict(sheet: Page, numbers: list[int], verdict: RulesVerdict) -> None:
    sheet.line(
        (", ".join(map(str, numbers)) + "  ", "dim"),
        (verdict.verdict, _RULES[verdict.verdict]),
        evidence(f": {verdict.why}"),
        indent=2,
    )
    for hidden in verdict.hidden[:_SAMPLES]:
        about = ", ".join(f"{name} {value}" for name, value in hidden.about)
        sheet.line(evidence(f"{hidden.sample}: {about}", "dim"), indent=5, hang=7)
        sheet.line(evidence(f"hidden by {hidden.rule}"), indent=7, hang=9)
    if (more := verdict.hidden_samples - _SAMPLES) > 0:
        sheet.line(f"and {number(more)} more", indent=5)


def _show_unable(sheet: Page, found: Visibility) -> None:
    if not found.unable:
        return
    sheet.blank()
    sheet.line(("Cannot run anywhere", "bold"), hang=0)
    for one in found.unable:
        sheet.line(evidence(f"{one.analytic}  {one.implementation}: {one.why}"), indent=2)


def _name(host: HostVisibility) -> str:
    return host.computer or "computer unknown"
