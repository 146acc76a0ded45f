"""Why a finding deserves a look before others: plain, listed reasons. There is no hidden score."""

from typing import Literal

from msgspec import Struct

Weight = Literal["look", "context", "ordinary"]
"""look: speaks for an attack; context: helps to judge; ordinary: speaks for everyday activity."""


class Reason(Struct, frozen=True):
    """One reason, a sentence with its evidence."""

    code: str
    """Stable, for example "new-in-window" or "unsigned-module"."""
    weight: Weight
    text: str
    """The sentence. It may quote evidence: outputs escape it."""
