"""Of events that do not match, the one that comes nearest, and what it fails."""

from msgspec import Struct

from carhound.engines.interpreter.conditions import Condition, condition
from carhound.engines.interpreter.failing import Failure, first_failure
from carhound.engines.interpreter.rows import Row
from carhound.model.event import Event
from carhound.plan.nodes import Node
from carhound.plan.stems import stems


class Near(Struct, frozen=True):
    """An event and the first clause it fails."""

    event: Event
    failure: Failure | None
    """None where it passes every clause of the search: a window or a later command leaves it out."""


class Nearest:
    """Looks for the event on which most clauses of a plan's main search hold.

    Of equals the one whose first failing clause comes last, then the first one read.
    """

    def __init__(self, plan: Node) -> None:
        self._plan = plan
        self._stem = stems(plan)[0]
        self._clauses: list[Condition] = [condition(one) for one in self._stem.conditions]
        self._most = (-1, -1)
        self._event: Event | None = None

    def offer(self, event: Event) -> None:
        """Looks at one event; those that the search does not scan are never near."""
        scan = self._stem.scan
        if not scan.dataset.holds(event.provider, event.channel):
            return
        if scan.kinds is not None and not set(scan.kinds) & set(event.kinds):
            return
        row = Row(event)
        truths = [clause(row) for clause in self._clauses]
        reached = next((at for at, truth in enumerate(truths) if not truth), len(truths))
        if (near := (sum(truths), reached)) > self._most:
            self._most, self._event = near, event

    def found(self) -> Near | None:
        """None where no event was of a kind that the search looks at."""
        if self._event is None:
            return None
        return Near(self._event, first_failure(self._plan, self._event))
