"""One alerting run that may kill itself on the way: crashing.py STEP LEDGER FILE URL."""

import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.alerts.sightings import NOW, sighting

from carhound.alerts import json_lines
from carhound.alerts.delivery import deliver
from carhound.alerts.json_lines import JsonLinesFile
from carhound.alerts.ledger import Ledger
from carhound.alerts.webhook import Webhook

STEPS = ("recording", "recorded", "half a line", "written", "marking lines", "posted", "marking posts")
SINKS = ("lines", "webhook")


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(step: str, path: str, file: str, url: str) -> None:
    """Three sightings, to a file and to a webhook."""
    patch(step)
    with Ledger(Path(path)) as ledger:
        ledger.record([sighting(key, number) for number, key in enumerate("abc")], 7, SINKS, NOW)
        if step == "recorded":
            die()
        deliver(ledger, JsonLinesFile(Path(file)))
        deliver(ledger, Webhook(url))


def patch(step: str) -> None:
    """Puts the end of the process where it is asked for."""
    if step == "recording":
        Ledger._set = die  # type: ignore[method-assign,assignment]
    if step in ("written", "posted"):
        _die_in_sent("lines" if step == "written" else "webhook", before=True)
    if step in ("marking lines", "marking posts"):
        _die_in_sent("lines" if step == "marking lines" else "webhook", before=False)
    if step == "half a line":
        missing = json_lines._missing
        json_lines._missing = lambda *given: missing(*given)[:-40]
        os.fsync = die  # type: ignore[assignment]


def _die_in_sent(sink: str, *, before: bool) -> None:
    sent: Callable[..., Any] = Ledger.sent

    def dying(self: Ledger, name: str, alerts: Iterable[str]) -> None:
        if before and name == sink:
            die()
        sent(self, name, alerts)
        if name == sink:
            die()

    Ledger.sent = dying  # type: ignore[method-assign]


if __name__ == "__main__":
    main(*sys.argv[1:])
