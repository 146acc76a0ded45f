"""One pattern of an analytic: what its SPL and its pseudocode say, side by side."""

from collections import Counter
from collections.abc import Container, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field
from rich.text import Text

from carhound.findings.run import Finding, ImplementationResult, RunInfo, Suppressed, WindowUsed
from carhound.findings.silence import Silence
from carhound.outputs.patterns import Pattern, language_name
from carhound.outputs.sentences import window_text
from carhound.outputs.terminal.page import Page, Part, evidence
from carhound.outputs.terminal.remarks import Told, show_diagnostic, show_warnings
from carhound.outputs.wording import count, number

if TYPE_CHECKING:
    from carhound.findings.suppressions import Suppression

_ELSEWHERE_SHOWN = 20
_SILENT_SHOWN = 3
_LABEL = 10


class Context(Struct, frozen=True):
    """What the patterns of one analytic share on the page."""

    info: RunInfo
    findings: Mapping[str, Finding]
    """Of this analytic, by id."""
    suppressed: Mapping[str, Suppressed] = field(default_factory=dict)
    """Likewise; in none of `findings`."""
    numbers: dict[str, int] = field(default_factory=dict)
    """Findings already shown in full, by id; each pattern adds its own."""
    told: Told = field(default_factory=Told)


def show_pattern(page: Page, pattern: Pattern, context: Context, indent: int) -> None:
    """A pattern that found nothing is one line; one that found something is a block."""
    block = pattern.has_rows or bool(pattern.not_evaluated)
    if block:
        page.blank()
    page.line(evidence(pattern.name, "bold"), ": ", *_headline(pattern), indent=indent)
    inner = indent + 2
    if pattern.has_rows:
        page.line((_by_language(pattern), "dim"), indent=inner)
    _show_twins(page, pattern, context.findings.keys() | context.suppressed.keys(), inner)
    if pattern.judged:
        _show_windows(page, pattern, context.info, inner)
        show_warnings(page, pattern.ran, context.told, inner)
    _show_not_evaluated(page, pattern, inner)
    _show_tables(page, pattern, inner)
    if not context.findings.keys().isdisjoint(pattern.findings):
        from carhound.outputs.terminal.events import show_events

        page.blank()
        if any(result.table is not None for result in pattern.ran):
            page.line("Events", indent=inner)
        show_events(page, pattern, context.findings, context.numbers, inner)
    _show_suppressed(page, pattern, context.suppressed, inner)
    if block:
        page.blank()


def _headline(pattern: Pattern) -> list[Part]:
    if not pattern.ran:
        return [("not evaluated", "bold red")]
    if pattern.has_rows:
        return [(count(len(pattern.findings), "event"), "bold")]
    if not pattern.judged:
        return [("not judged", "bold yellow"), ", no event of its kind was read"]
    agree = " (SPL and pseudocode agree)" if pattern.twins and not pattern.twins_differ else ""
    windowed = ", in its window" if any(result.outside_window is not None for result in pattern.ran) else ""
    by = f" by the {language_name(pattern.ran[0].language)}" if pattern.not_evaluated else ""
    eligible = max(result.eligible for result in pattern.ran)
    return [f"nothing found{by} in {count(eligible, 'eligible event')}{windowed}{agree}"]


def _by_language(pattern: Pattern) -> str:
    """What each implementation matched, of how many events."""
    ran = pattern.ran
    one_number = len({result.eligible for result in ran}) == 1
    each = [
        f"{language_name(result.language)} matched {number(result.matched)}"
        + ("" if one_number else f" of {number(result.eligible)}")
        for result in ran
    ]
    of = f" of {count(ran[0].eligible, 'eligible event')}" if one_number else " eligible events"
    return ", ".join(each) + of


def _show_twins(page: Page, pattern: Pattern, findings: Container[str], indent: int) -> None:
    if not pattern.twins:
        return
    if not pattern.twins_differ:
        if pattern.has_rows:
            page.line(("SPL and pseudocode agree", "dim"), indent=indent)
        return
    from carhound.outputs.terminal.events import difference_count, elsewhere

    page.line(("SPL and pseudocode differ", "bold yellow"), f" on {difference_count(pattern)}", indent=indent)
    missing = elsewhere(pattern, findings)
    for line in missing[:_ELSEWHERE_SHOWN]:
        page.line(line, indent=indent + 2)
    if (more := len(missing) - _ELSEWHERE_SHOWN) > 0:
        page.line(f"and {number(more)} more: --format json lists them all", indent=indent + 2)


def _show_windows(page: Page, pattern: Pattern, info: RunInfo, indent: int) -> None:
    """The windows that the text states, and how many matches lie outside them."""
    shared: dict[tuple[WindowUsed, ...], list[ImplementationResult]] = {}
    for result in pattern.ran:
        shared.setdefault(result.windows, []).append(result)
    for windows, results in shared.items():
        stated = [window for window in windows if window.line is not None or info.novel_over]
        for at, window in enumerate(stated):
            day = ""
            if info.backfill and any(one.role == window.role for one in stated[:at]):
                day = "last day: "
            elif info.backfill and any(one.role == window.role for one in stated[at + 1 :]):
                day = "first day: "
            line = f", line {window.line}" if window.line is not None else ""
            whose = f" ({language_name(results[0].language)})" if len(shared) > 1 else ""
            page.labelled(
                window.role,
                day,
                window_text(window),
                (f"{line}{whose}", "dim"),
                indent=indent,
                label_width=_LABEL,
            )
            if window.silence is not None:
                page.labelled("", _silence(window.silence), indent=indent, label_width=_LABEL)
    for result in pattern.ran:
        if result.outside_window:
            page.labelled(
                "outside",
                (count(result.outside_window, "more match lies", "more matches lie"), "bold yellow"),
                " outside (--now TIME moves the window, --backfill judges every day)",
                indent=indent,
                label_width=_LABEL,
            )


def _silence(silence: Silence) -> Text:
    """What a baseline does not know, in one line."""
    if not silence.without_any and not silence.hosts:
        return Text(f"telemetry of every host on each of the {count(silence.days, 'day')}", "dim")
    said = Text(f"{silence.without_any} of {count(silence.days, 'day')} without telemetry", "yellow")
    for at, host in enumerate(silence.hosts[:_SILENT_SHOWN]):
        on = f"all {host.days}" if host.days == silence.days else f"{host.days}"
        said.append("; " if not at else ", ")
        said.append_text(evidence(host.computer or "a computer without a name")).append(f" silent on {on}")
    more = len(silence.hosts) - _SILENT_SHOWN
    return said.append(f" and {count(more, 'more host')}") if more > 0 else said


def _show_suppressed(page: Page, pattern: Pattern, suppressed: Mapping[str, Suppressed], indent: int) -> None:
    """How many of its events are not listed, and who says that they need not be."""
    counts: Counter[Suppression] = Counter(
        suppressed[one].suppression for one in pattern.findings if one in suppressed
    )
    if counts:
        page.blank()
    for entry, events in counts.items():
        page.line(
            (f"{count(events, 'event')} suppressed", "bold"),
            f" by line {entry.line}: ",
            evidence(entry.because),
            indent=indent,
        )


def _show_not_evaluated(page: Page, pattern: Pattern, indent: int) -> None:
    for result in pattern.not_evaluated:
        inner = indent
        if len(pattern.implementations) > 1:
            whose = language_name(result.language)
            page.line(("not evaluated", "bold red"), f": the {whose}", indent=indent)
            inner += 2
        for diagnostic in result.diagnostics:
            show_diagnostic(page, diagnostic, inner)


def _show_tables(page: Page, pattern: Pattern, indent: int) -> None:
    for result in pattern.ran:
        if result.table is not None and result.table.rows:
            from carhound.outputs.terminal.result_rows import show_rows

            page.blank()
            page.line(f"{language_name(result.language)} result", indent=indent)
            show_rows(page, result.table, indent + 2)
