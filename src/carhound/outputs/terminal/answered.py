"""What one implementation says of one event: the verdict, then every clause with the value it met."""

from rich.text import Text

from carhound.findings.explanation import (
    EventAnswer,
    FirstFailure,
    ImplementationExplained,
    Met,
    Step,
    Trace,
)
from carhound.findings.run import Cell
from carhound.model.diagnostics import Span
from carhound.model.windows import Window
from carhound.outputs.patterns import named
from carhound.outputs.terminal.about import events_text
from carhound.outputs.terminal.page import Page, Part, evidence
from carhound.outputs.wording import count, moment

_ANSWERS: dict[bool | None, tuple[str, str]] = {
    True: ("yes  ", "green"),
    False: ("no   ", "bold red"),
    None: ("?    ", "bold yellow"),
}
_ANSWER = 5
_JOINS = {"all": "all of", "any": "any of", "not": "not", "xor": "one of two", "test": ""}


def show_answer(page: Page, one: ImplementationExplained, answer: EventAnswer, indent: int) -> None:
    """The verdict and the reasons for it."""
    page.line(
        evidence(named(one.name, one.language), "bold"),
        ": ",
        *_verdict(one, answer),
        indent=indent,
    )
    _Tree(page, one).steps(answer.steps, indent + 2)
    for remark in answer.remarks:
        page.line(("! ", "bold yellow"), " ", evidence(remark), indent=indent + 2, hang=indent + 5)
    for known in one.discrepancies:
        if known.affects_event:
            page.line(
                ("! " if known.headline else "- ", "bold yellow" if known.headline else "dim"),
                " ",
                evidence(f"this event is one of these: {known.message}"),
                evidence(f" [{known.code}]", "dim"),
                indent=indent + 2,
                hang=indent + 5,
            )


def _verdict(one: ImplementationExplained, answer: EventAnswer) -> list[Part]:
    if answer.verdict == "match":
        more = "" if answer.in_result is None else ", and is in the result over this evidence"
        return [("matches", "bold green"), more]
    if answer.verdict == "depends":
        return [("every clause holds", "bold"), "; the rest depends on other events"]
    head: list[Part] = [("no match", "bold")]
    if answer.failure is None:
        return [*head, ": every clause holds, and a later command leaves it out over this evidence"]
    if not answer.eligible:
        return [*head, ": it judges other events (", evidence(events_text(one.reads[0])), ")"]
    return [*head, ": ", *_first(one, answer.failure)]


def _first(one: ImplementationExplained, failure: FirstFailure) -> list[Part]:
    mark: Part = ("" if failure.clause is None else f"[{failure.clause}] ", "cyan")
    if failure.kind == "subsearch":
        what = "a row of the subsearch matches: " if failure.met else "no row of the subsearch matches"
        return [mark, what, *_met(failure)]
    text = evidence(_source(one, failure.span) or failure.text)
    return [mark, text, " fails", ": " if failure.met else "", *_met(failure)]


def _met(failure: FirstFailure) -> list[Part]:
    said: list[Part] = []
    for met in failure.met:
        said += [", " if said else "", evidence(met.field), " is ", _value(met.value)]
    return said


def _source(one: ImplementationExplained, span: Span | None) -> str | None:
    """The clause as written, where it is one that is numbered."""
    if span is None or one.number_of(span) is None:
        return None
    return " ".join(one.code.text[span.start : span.end].split())


def _value(value: Cell) -> Text:
    if value is None:
        return Text("missing", "italic")
    if value == "":
        return Text("empty", "italic")
    if isinstance(value, tuple):
        return Text("; ").join([evidence(text) for text in value])
    return evidence(str(value))


class _Tree:
    """Prints steps; a value met twice in a row is shown once."""

    def __init__(self, page: Page, one: ImplementationExplained) -> None:
        self.page = page
        self.one = one
        self.last: tuple[Met, ...] = ()

    def steps(self, steps: tuple[Step, ...], indent: int) -> None:
        for step in steps:
            if step.trace is not None:
                self.trace(step.trace, None, indent)
            else:
                self.step(step, indent)

    def step(self, step: Step, indent: int) -> None:
        number = self.one.number_of(step.span)
        text = evidence(step.text)
        if step.kind == "window" and step.window is not None:
            text = Text("window ").append_text(evidence(_source(self.one, step.span) or step.text))
            text.append(f": {_window(step.window)}", "dim")
        if step.kind == "subsearch" and step.rows is not None:
            text.append(f", which gave {count(step.rows, 'row')}")
        self.line(step.holds, number, text, indent)
        if step.kind != "scan" or not step.holds:
            self.met(step.met, indent + _ANSWER)
        inner = indent + _ANSWER
        if step.remark:
            self.page.line(evidence(step.remark, "dim"), indent=inner)
        if step.inner:
            self.page.line(("this event in the subsearch itself:", "dim"), indent=inner)
            self.last = ()
            self.steps(step.inner, inner + 2)

    def trace(self, node: Trace, outer: Span | None, indent: int) -> None:
        number, source = self.one.number_of(node.span), _source(self.one, node.span)
        if node.span == outer or node.parts:
            number, source = (None, None) if node.span == outer else (number, source)
        join = _JOINS[node.join]
        if node.parts:
            text = evidence(join if source is None else f"{source}: {join}")
        else:
            text = evidence(source or node.text)
        self.line(node.holds, number, text, indent)
        self.met(node.met, indent + _ANSWER)
        for part in node.parts:
            self.trace(part, node.span, indent + 2)

    def line(self, holds: bool | None, number: int | None, text: Text, indent: int) -> None:
        mark = "" if number is None else f"[{number}] "
        hang = indent + _ANSWER + len(mark)
        self.page.line(_ANSWERS[holds], (mark, "cyan"), text, indent=indent, hang=hang)

    def met(self, met: tuple[Met, ...], indent: int) -> None:
        if met == self.last:
            return
        for one in met:
            name = one.field if one.read_from is None else f"{one.field} (read from {one.read_from})"
            self.page.line(evidence(f"{name}  ", "dim"), _value(one.value), indent=indent, hang=indent + 2)
        self.last = met


def _window(window: Window) -> str:
    start = moment(window.earliest) if window.earliest else "the beginning"
    return f"{start} to {moment(window.latest) if window.latest else 'the end'}"
