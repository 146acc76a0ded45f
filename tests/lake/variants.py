"""How many alerts a day an incident comes with: variants.py FIRST BEYOND runs the fleets of these seeds."""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.lake.fleet import INCIDENT, INCIDENT_DAY, Filling, at, days, name

from carhound.alerts.ledger import Ledger
from carhound.pipeline.watch import WatchRequest, watch


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
        print(
            seed,
            hits == [name(INCIDENT_DAY)],
            len(found),
            sum(late),
            max(late),
            by_day[name(INCIDENT_DAY)],
            flush=True,
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
