"""The errors carhound raises on purpose; the command line turns each into a message and an exit status."""


class CarhoundError(Exception):
    """Something a person can mend: `message` says what and where, `hint` what to do."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CarhoundError):
    """What was asked for cannot be done: a bad option, a bad time, no such path."""


class DocumentError(CarhoundError):
    """An analytic document that cannot be read as one."""


class EvidenceError(CarhoundError):
    """A file of evidence that cannot be opened or read at all."""


class ScenarioError(CarhoundError):
    """A scenario that cannot be read as one, or tells a story that cannot have happened."""


class LakeError(CarhoundError):
    """A lake, or what is kept beside it, that cannot be opened, read or written."""


class LedgerError(CarhoundError):
    """What alerting remembers cannot be read or written; what was remembered before stays."""


class DeliveryError(CarhoundError):
    """A receiver of alerts takes nothing now; what it has not taken waits in the ledger."""
