"""`stack`: the values of fields over evidence, from rare to common."""

from collections.abc import Iterable
from itertools import product

from carhound.analytics.analytic import Implementation
from carhound.engines.interpreter.rows import Row, getter, texts
from carhound.errors import UsageError
from carhound.findings.run import Rows, Run
from carhound.findings.stacking import COUNTED, Stack
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Diagnostic, Source
from carhound.model.event import Event
from carhound.model.suggestion import nearest
from carhound.model.windows import Window
from carhound.pipeline.implementations import Prepared
from carhound.pipeline.request import Progress, Request, read_clock
from carhound.pipeline.streamed import STACK, streamed
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field
from carhound.plan.stems import stems

_MOST_FIELDS = 5
_MOST_KINDS = 1000
"""Kinds of events whose field names are looked at for a suggestion."""


class Counting:
    """Takes the events that match, and keeps of them what is stacked."""

    def __init__(
        self, fields: tuple[str, ...], stacked: Stack, shown: int, window: Window, prepared: Prepared
    ) -> None:
        self.matched = 0
        self._lacking = 0
        self._fields = fields
        self._shown = shown
        self._read = [getter(Field(name), prepared.use_alias) for name in fields]
        self._stacked = stacked
        self._window = window
        self._kinds: dict[tuple[str | None, str | None], None] = {}
        self._names: dict[str, None] = {}
        self._standing: Event | None = None

    def take(self, event: Event) -> Event:
        """Counts an event; the first one stands for all, so that a collector keeps no other."""
        self._standing = self._standing or event
        if not self._window.contains(event.time):
            return self._standing
        self.matched += 1
        row = Row(event)
        found = [texts(one(row)) for one in self._read]
        if all(found):
            for values in product(*found):
                self._stacked.add(values, event.computer, event.time)
        else:
            self._lacking += 1
            self._note_names(event)
        return self._standing

    def remarks(self) -> list[Diagnostic]:
        """What is said of the events that carry no such field."""
        if not self._lacking:
            return []
        shown = " and ".join(self._fields)
        if self._lacking < self.matched:
            message = f"events without {shown} are left out"
            return [Diagnostic("RUN-K2", message, "note", count=self._lacking)]
        near = next(
            (found for name in self._fields if (found := nearest(name, self._names)) is not None), None
        )
        hint = f"did you mean {near}? Letter case counts in names" if near else None
        message = f"no event that matches carries {shown}"
        return [Diagnostic("RUN-K2", message, "warning", hint=hint, count=self._lacking)]

    def rows(self) -> Rows:
        """The values from rare to common."""
        return self._stacked.rows(self._fields, self._shown)

    def _note_names(self, event: Event) -> None:
        kind = (event.provider, event.event_id)
        if kind not in self._kinds and len(self._kinds) < _MOST_KINDS:
            self._kinds[kind] = None
            self._names.update(dict.fromkeys(event.native))


def stack(
    fields: Iterable[str], where: str, top: int, request: Request, progress: Progress | None = None
) -> Run:
    """Stacks the values of native fields over the events that a search expression describes.

    Its rows are `Run.results`, of which a page shows `top`. Relative times count from `Request.now`, else
    from the clock. Raises CarhoundError.
    """
    names = _names(fields)
    plan, prepared = _prepared(where)
    stacked = Stack(read_clock(request).zone)
    return streamed(
        plan, prepared, lambda window: Counting(names, stacked, top, window, prepared), request, progress
    )


def _names(fields: Iterable[str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in fields)
    if not names or not all(names) or len(set(names)) < len(names) or set(names) & set(COUNTED):
        raise UsageError(
            f"cannot stack {', '.join(names) or 'nothing'}",
            hint="name one field, or several with commas between them: ImageLoaded,Signed",
        )
    if len(names) > _MOST_FIELDS:
        raise UsageError(f"cannot stack more than {_MOST_FIELDS} fields at once", hint="leave some out")
    return names


def _prepared(where: str) -> tuple[Node, Prepared]:
    code = Source(where, "<where>")
    compiled = compile_spl(code)
    if stems(compiled.plan)[0].node is not compiled.plan:
        raise UsageError(
            "--where takes what stands before the first | of a search, without subsearches",
            hint="for more, see 'carhound search'",
        )
    implementation = Implementation(STACK, "spl", "spl", "", None, code)
    return compiled.plan, Prepared(implementation, compiled.plan, list(compiled.diagnostics), number=0)
