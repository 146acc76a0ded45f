"""From the outbox to a receiver: in order, and marked as sent only once the receiver has it."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from msgspec import Struct

from carhound.alerts.ledger import Ledger, Message
from carhound.errors import DeliveryError


class Taken(Struct, frozen=True):
    """Alerts that a receiver has, or with `refused` one that it will not have, and what it says."""

    alerts: tuple[str, ...]
    refused: str | None = None


class Sink(Protocol):
    """A way to somebody who is told of alerts."""

    @property
    def name(self) -> str:
        """The kind of sink, under which the ledger keeps what waits for it. Holds no secret."""

    def deliver(self, messages: Sequence[Message]) -> Iterator[Taken]:
        """Hands over the messages in order, and says of each what became of it as soon as that is known.

        Raises DeliveryError where nothing more can be handed over now.
        """


class Delivered(Struct, frozen=True):
    """What became of an outbox."""

    sink: str
    sent: int
    refused: tuple[tuple[str, str], ...]
    """Alert and reason. They stay in the outbox, and the next run offers them again."""
    waiting: int
    """All that is left in the outbox, the refused ones among them."""
    problem: DeliveryError | None = None
    """Why not all were offered."""


def deliver(ledger: Ledger, sink: Sink) -> Delivered:
    """Sends what waits for a sink. Raises LedgerError; a receiver that is down is part of the answer."""
    messages = ledger.pending(sink.name)
    sent = 0
    refused: list[tuple[str, str]] = []
    problem = None
    try:
        for taken in sink.deliver(messages) if messages else ():
            if taken.refused is None:
                ledger.sent(sink.name, taken.alerts)
                sent += len(taken.alerts)
            else:
                for alert in taken.alerts:
                    ledger.refused(sink.name, alert, taken.refused)
                    refused.append((alert, taken.refused))
    except DeliveryError as error:
        problem = error
    return Delivered(sink.name, sent, tuple(refused), len(messages) - sent, problem)
