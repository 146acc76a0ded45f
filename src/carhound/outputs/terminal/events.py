"""Matched events as a list to read from top to bottom: when, where, who started what, and the proof."""

from collections.abc import Container, Mapping

from rich.text import Text

from carhound.findings.prevalence import Prevalence
from carhound.findings.run import LEFT_OUT_LATER, Finding, TwinDifference
from carhound.outputs.finding_fields import FindingFields, fields_of, text
from carhound.outputs.patterns import Pattern, language_name
from carhound.outputs.sentences import seen_text
from carhound.outputs.terminal.page import Page, Part, evidence
from carhound.outputs.terminal.trees import ancestry
from carhound.outputs.wording import count, moment, number

SHOWN = 200
"""Events listed of one pattern."""

_LABEL = 9
_OTHER_FIELDS = 6
_LOOKS_SHOWN = 3
"""Reasons of one event told in full; the others by their codes."""


def show_events(
    page: Page, pattern: Pattern, findings: Mapping[str, Finding], numbers: dict[str, int], indent: int
) -> None:
    """The events of a pattern in the order of the run, the one most worth a look first.

    An event already in `numbers` was shown in full under an earlier pattern and is one line here.
    """
    mine = frozenset(pattern.findings)
    listed = [finding for finding in findings.values() if finding.id in mine]
    only = _only_some(pattern)
    for finding in listed[:SHOWN]:
        if finding.id in numbers:
            _show_again(page, finding, numbers[finding.id], only.get(finding.id), indent)
        else:
            numbers[finding.id] = len(numbers) + 1
            show_event(page, finding, indent, number=numbers[finding.id], only=only.get(finding.id))
    if (more := len(listed) - SHOWN) > 0:
        page.line(f"and {count(more, 'more event')}: --format jsonl or csv lists them all", indent=indent)


def _show_again(page: Page, finding: Finding, number: int, only: Text | None, indent: int) -> None:
    fields = fields_of(finding)
    page.line(
        (f"[{number}]", "dim"),
        f" {moment(finding.time)}  ",
        evidence(_computer(finding)),
        "  ",
        evidence(_file_name(fields.image_loaded or fields.image or finding.object or "")),
        ("  as above", "dim"),
        indent=indent,
        hang=indent + 4,
    )
    if only is not None:
        page.labelled("only", only, indent=indent + 4, label_width=_LABEL, style="yellow")


def _file_name(path: str) -> str:
    return path.rpartition("\\")[2] or path


def _computer(finding: Finding) -> str:
    return finding.computer or "computer unknown"


def show_event(
    page: Page, finding: Finding, indent: int, *, number: int | None = None, only: Text | None = None
) -> None:
    """One event in full, under its number where it has one."""
    fields = fields_of(finding)
    head: list[Part] = [] if number is None else [(f"[{number}]", "dim"), " "]
    head += [(moment(finding.time), "bold"), "  ", evidence(_computer(finding), "bold")]
    if fields.user:
        head += ["  ", evidence(fields.user, "dim")]
    page.line(*head, indent=indent)
    inner = indent if number is None else indent + 4
    _show_images(page, finding, fields, inner)

    def detail(label: str, value: Text, style: str = "dim") -> None:
        page.labelled(
            label,
            value if value.plain else Text("empty", "dim"),
            indent=inner,
            label_width=_LABEL,
            style=style,
        )

    if fields.command_line is not None:
        detail("command", evidence(fields.command_line))
    elif finding.object == "process/create":
        detail("command", Text("not recorded", "dim"))
    if fields.parent_command_line is not None:
        detail("parent", evidence(fields.parent_command_line))
    line = None if finding.tree is None else ancestry(finding.tree)
    if line is not None:
        detail("tree", line)
    if fields.image_loaded is not None and fields.signature is not None:
        detail("signed", evidence(fields.signature))
    if only is not None:
        detail("only", only, "yellow")
    if finding.prevalence is not None:
        if finding.prevalence.folded is not None:
            detail("normal", _normal_form(finding.prevalence))
        detail("seen", Text(seen_text(finding.prevalence)))
    if finding.days:
        detail("days", evidence(", ".join(finding.days)))
    detail("file", _place(finding))
    _show_reasons(page, finding, inner)


def _show_reasons(page: Page, finding: Finding, indent: int) -> None:
    """Why to look, why perhaps not, and what else there is to know, the last by name alone."""
    looks = [reason for reason in finding.reasons if reason.weight == "look"]
    ordinary = [reason for reason in finding.reasons if reason.weight == "ordinary"]
    label = "look"
    for reason in looks[:_LOOKS_SHOWN]:
        page.labelled(label, evidence(reason.text), indent=indent, label_width=_LABEL, style="yellow")
        label = ""
    label = "ordinary"
    for reason in ordinary:
        page.labelled(label, evidence(reason.text, "dim"), indent=indent, label_width=_LABEL)
        label = ""
    told = {id(reason) for reason in (*looks[:_LOOKS_SHOWN], *ordinary)}
    if others := [reason.code for reason in finding.reasons if id(reason) not in told]:
        page.labelled("also", Text(", ".join(others), "dim"), indent=indent, label_width=_LABEL)


def _normal_form(prevalence: Prevalence) -> Text:
    shown = evidence("; ".join(prevalence.key))
    return shown.append(f", of {count(prevalence.folded or 0, 'distinct value')}", "dim")


def _show_images(page: Page, finding: Finding, fields: FindingFields, indent: int) -> None:
    left: str | None
    right: str | None
    if fields.image_loaded is not None:
        left, word, right = fields.image, "loads", fields.image_loaded
    elif finding.object == "process/create" or (fields.image and fields.parent_image):
        left, word, right = fields.parent_image or "parent not recorded", "→", fields.image
    else:
        _show_other(page, finding, fields, indent)
        return
    first, second = evidence(left or "image not recorded"), evidence(right or "image not recorded", "bold")
    if indent + first.cell_len + len(word) + 2 + second.cell_len <= page.width:
        page.line(first, f" {word} ", second, indent=indent)
    else:
        page.line(first, indent=indent)
        page.line(f"{word} ", second, indent=indent)


def _show_other(page: Page, finding: Finding, fields: FindingFields, indent: int) -> None:
    """An event that is neither a process nor a module: its kind, and the first fields of its CAR view."""
    kind = finding.object or f"{finding.provider or 'provider unknown'} event {finding.event_id or 'unknown'}"
    page.line(evidence(kind), "  ", evidence(fields.image or "", "bold"), indent=indent)
    known = {"image_path", "command_line", "parent_command_line", "user"}
    others = [(name, value) for name, value in finding.car.items() if name not in known]
    for name, value in others[:_OTHER_FIELDS]:
        page.line(evidence(f"{name}=", "dim"), evidence(text(value)), indent=indent)


def _place(finding: Finding) -> Text:
    if not finding.places:
        return Text("place unknown", "dim")
    place, more = finding.places[0], len(finding.places) - 1
    record = f"record {place.record}" if place.record.isdigit() else place.record
    shown = evidence(f"{place.file}, {record}", "dim")
    return shown.append(f", also in {count(more, 'place')}", "dim") if more else shown


def _differences(pattern: Pattern) -> dict[str, tuple[str, TwinDifference]]:
    """By finding: the language of the twin that lets it not through, and why."""
    marks: dict[str, tuple[str, TwinDifference]] = {}
    for twins in pattern.twins:
        marks.update({one.finding: ("pseudocode", one) for one in twins.only_spl})
        marks.update({one.finding: ("spl", one) for one in twins.only_pseudocode})
    return marks


def _only_some(pattern: Pattern) -> dict[str, Text]:
    """By finding that not every implementation that ran has: which has it, and where its twin fails."""
    having: dict[str, list[str]] = {}
    for result in pattern.ran:
        for one in result.findings:
            having.setdefault(one, []).append(language_name(result.language))
    marks = _differences(pattern)
    said: dict[str, Text] = {}
    for one, languages in having.items():
        if len(languages) < len(pattern.ran) or one in marks:
            said[one] = Text(" and ".join(dict.fromkeys(languages)))
            if one in marks:
                said[one].append_text(difference(*marks[one]))
    return said


def difference(other: str, reason: TwinDifference) -> Text:
    """Why the twin in the language `other` leaves an event out."""
    name = language_name(other)
    if reason.clause == LEFT_OUT_LATER:
        return Text(f"; a later command of the {name} leaves it out")
    said = Text(f"; the {name} fails at `").append_text(evidence(reason.clause, "bold")).append("`")
    if reason.value is None:
        return said.append(", which no value meets")
    return said.append(', which met "').append_text(evidence(reason.value, "bold")).append('"')


def elsewhere(pattern: Pattern, findings: Container[str]) -> list[Text]:
    """Differences between twins on events that are in no result: `head` or a window left them out."""
    lines = []
    for one, (other, reason) in _differences(pattern).items():
        if one not in findings or one not in pattern.findings:
            side = "spl" if other == "pseudocode" else "pseudocode"
            said = f"one more event ({one[:12]}, in no result) passes the {language_name(side)} only"
            lines.append(Text(said).append_text(difference(other, reason)))
    return lines


def difference_count(pattern: Pattern) -> str:
    """How many events the twins differ on."""
    total = sum(len(twins.only_spl) + len(twins.only_pseudocode) for twins in pattern.twins)
    return f"{number(total)} {'event' if total == 1 else 'events'}"
