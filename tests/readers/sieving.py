"""What readers tell of records that they pass over, held against all there is."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from carhound.model.event import RawEvent
from carhound.model.evidence import Glimpsed
from carhound.model.presence import quarter_of

Header = tuple[str | None, str | None, str | None, str | None]


def header(event: RawEvent | Glimpsed) -> Header:
    return event.provider, event.channel, event.event_id, event.computer


def texts(event: RawEvent) -> Iterator[str]:
    for value in (event.provider, event.channel, event.computer, *event.data.values(), *event.meta.values()):
        yield from (value,) if isinstance(value, str) else value or ()


def check_glimpsed(
    events: Iterable[RawEvent], read: Iterable[RawEvent], glimpsed: Iterable[Glimpsed]
) -> None:
    """Those read and glimpsed are all events: by header as many, as early and late, in the same quarters."""
    events, read = list(events), list(read)
    counted = Counter(map(header, read))
    times: dict[Header, list[datetime]] = defaultdict(list)
    for item in read:
        times[header(item)] += [item.time] if item.time else []
    quarters = {key: set(map(quarter_of, met)) for key, met in times.items()}
    for one in glimpsed:
        counted[header(one)] += one.events
        times[header(one)] += (one.first, one.last)
        quarters.setdefault(header(one), set()).update(one.quarters)
    assert counted == Counter(map(header, events))
    for key, met in times.items():
        all_times = [item.time for item in events if header(item) == key and item.time]
        assert (min(met, default=None), max(met, default=None)) == (
            min(all_times, default=None),
            max(all_times, default=None),
        )
        assert quarters[key] == set(map(quarter_of, all_times))
