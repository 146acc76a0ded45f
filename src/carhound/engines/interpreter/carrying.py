"""Whether events carry the fields without which nothing can be judged."""

from carhound.engines.interpreter.conditions import Condition
from carhound.engines.interpreter.rows import Row, getter
from carhound.plan.needs import Need


def meets(need: Need, row: Row) -> bool:
    """Whether an event carries what is needed."""
    return carrying(need)(row)


def carrying(need: Need) -> Condition:
    """The same for many events."""
    getters = [getter(field) for field in need.fields]

    def carries(row: Row) -> bool:
        event = row.event
        if event is not None:
            for name in need.carriers:
                if event.lookup(name) is not None:
                    return True
        for get in getters:  # noqa: SIM110  # any() of a generator takes twice as long
            if get(row) is not None:
                return True
        return False

    return carries
