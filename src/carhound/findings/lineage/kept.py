"""What a log that is loaded bit by bit answered of processes."""

from collections.abc import Callable
from typing import Generic, TypeVar

from carhound.findings.lineage.outlines import Outlines
from carhound.findings.lineage.rows import Ref

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """Answers by process, of which many trees have the same.

    One for which the log had all that it was asked for stays; any other only until more is loaded, and who is
    given it lacks what it lacked.
    """

    def __init__(self, outlines: Outlines, ask: Callable[[Ref], Answer], most: int) -> None:
        """`most` are kept at once."""
        self._outlines = outlines
        self._ask = ask
        self._most = most
        self._known: dict[Ref, tuple[Answer, int | None]] = {}
        """Each with how often was loaded before; None for those that stay."""

    def __call__(self, ref: Ref) -> Answer:
        outlines = self._outlines
        if (kept := self._known.get(ref)) is not None:
            answer, loads = kept
            if loads is None:
                return answer
            if loads == outlines.loads:
                outlines.lacked += 1
                return answer
        before = outlines.lacked
        answer = self._ask(ref)
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[ref] = answer, None if outlines.lacked == before else outlines.loads
        return answer
