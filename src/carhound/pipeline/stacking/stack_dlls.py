"""`stack dlls`: the files that regsvr32 was asked to register or loaded, from rare to common."""

from carhound.analytics.analytic import Implementation
from carhound.engines.interpreter.moment import Moment
from carhound.errors import UsageError
from carhound.findings.registered import Registered
from carhound.findings.run import Run
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.model.event import Event
from carhound.model.windows import Window
from carhound.pipeline.implementations import Prepared
from carhound.pipeline.request import Progress, Request, read_clock
from carhound.pipeline.stacking.streamed import STACK, count_files, counted
from carhound.plan.stems import stems

_EVENTS = Source("EventCode IN (1, 3, 7, 22, 4688)", "<dlls>")


class _Counting:
    """Takes the events that may tell of regsvr32."""

    def __init__(self, registered: Registered, window: Window) -> None:
        self.matched = 0
        self._registered = registered
        self._window = window
        self._standing: Event | None = None

    def take(self, event: Event) -> Event:
        """Counts an event; the first one stands for all, so that a collector keeps no other."""
        self._standing = self._standing or event
        if self._window.contains(event.time):
            self.matched += self._registered.add(event)
        return self._standing


def stack_dlls(top: int, request: Request, progress: Progress | None = None) -> Run:
    """One row a file; its rows are `Run.results`, of which a page shows `top`. Raises CarhoundError."""
    if request.lake is not None:
        raise UsageError(
            "stack dlls cannot ask a lake",
            hint="name the logs themselves; 'carhound stack ImageLoaded --lake DIR' counts its modules",
        )
    clock = read_clock(request)
    now, now_from = clock.now_of_lake()
    moment = Moment(now, clock.zone, clock.range(now))
    compiled = compile_spl(_EVENTS)
    implementation = Implementation(STACK, "spl", "spl", "", None, _EVENTS)
    prepared = Prepared(implementation, compiled.plan, list(compiled.diagnostics), number=0)
    registered = Registered(clock.zone)
    counting = _Counting(registered, moment.window(stems(compiled.plan)[0].scan))
    gathered = count_files(request, compiled.plan, counting, moment, now_from, progress)
    return counted(request, prepared, compiled.plan, counting.matched, gathered, registered.rows(top))
