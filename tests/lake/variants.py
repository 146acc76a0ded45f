"""How many alerts a day come with an incident: `python -m tests.lake.variants FIRST BEYOND`, two seeds.

A line each: the seed, whether the incident was alerted once and on its day, all alerts, those of the last 40
days, the most on one of these, and those on the day of the incident.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.lake.fleet import INCIDENT, INCIDENT_DAY, Filling, at, days, name

from carhound.alerts.ledger import Ledger
from carhound.pipeline.alerting.watch import WatchRequest, watch


def alerts(seed: int) -> list[tuple[str, str]]:
    """Day and key of every alert of 70 days."""
    with tempfile.TemporaryDirectory() as folder:
        filling = Filling(Path(folder) / "lake")
        filling.add(event for day in days(seed) for event in day)
        watch(WatchRequest(str(filling.folder)), [], at(70))
        with Ledger(filling.folder / "ledger.sqlite") as ledger:
            return [(one.day, one.key) for one in ledger.alerts()]


def main(first: int, beyond: int) -> None:
    for seed in range(first, beyond):
        found = alerts(seed)
        hits = [day for day, key in found if key == INCIDENT]
        by_day = Counter(day for day, _ in found)
        late = [by_day[name(day)] for day in range(30, 70)]
        told = (
            seed,
            hits == [name(INCIDENT_DAY)],
            len(found),
            sum(late),
            max(late),
            by_day[name(INCIDENT_DAY)],
        )
        sys.stdout.write(" ".join(map(str, told)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
