"""`stack dlls`: the files that regsvr32 was asked to register or loaded, from rare to common."""

from carhound.analytics.analytic import Implementation
from carhound.findings.registered import Registered
from carhound.findings.run import Rows, Run
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Diagnostic, Source
from carhound.model.event import Event
from carhound.model.windows import Window
from carhound.pipeline.implementations import Prepared
from carhound.pipeline.request import Progress, Request, read_clock
from carhound.pipeline.streamed import STACK, streamed

DLLS = "dlls"
"""What stands in the place of a field."""

_EVENTS = Source("EventCode IN (1, 3, 7, 22, 4688)", "<dlls>")


class _Counting:
    """Takes the events that may tell of regsvr32."""

    def __init__(self, registered: Registered, shown: int, window: Window) -> None:
        self.matched = 0
        self._registered = registered
        self._shown = shown
        self._window = window
        self._standing: Event | None = None

    def take(self, event: Event) -> Event:
        """Counts an event; the first one stands for all, so that a collector keeps no other."""
        self._standing = self._standing or event
        if self._window.contains(event.time):
            self.matched += self._registered.add(event)
        return self._standing

    def remarks(self) -> list[Diagnostic]:
        """Nothing has to be known."""
        return []

    def rows(self) -> Rows:
        """The files from rare to common."""
        return self._registered.rows(self._shown)


def stack_dlls(top: int, request: Request, progress: Progress | None = None) -> Run:
    """One row a file; its rows are `Run.results`, of which a page shows `top`. Raises CarhoundError."""
    compiled = compile_spl(_EVENTS)
    implementation = Implementation(STACK, "spl", "spl", "", None, _EVENTS)
    prepared = Prepared(implementation, compiled.plan, list(compiled.diagnostics), number=0)
    registered = Registered(read_clock(request).zone)
    return streamed(
        compiled.plan, prepared, lambda window: _Counting(registered, top, window), request, progress
    )
