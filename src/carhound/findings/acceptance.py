"""What accepting a finding comes to: the entry, and what it would have hidden."""

from datetime import datetime

from msgspec import Struct

from carhound.findings.suppressions import Suppression
from carhound.model.event import Fields


class Reported(Struct, frozen=True):
    """A finding, or an alert with its first finding, as an earlier run reported it."""

    name: str
    """The id people know it by: the alert's, else the finding's."""
    id: str
    """The finding's."""
    analytic: str
    implementations: tuple[str, ...]
    native: Fields
    car: Fields
    first: datetime | None
    """Of its events, aware UTC."""
    last: datetime | None
    events: int
    hosts: tuple[str, ...]


class Proposal(Struct, frozen=True):
    """An entry that is not written yet."""

    path: str
    """The suppressions file."""
    entry: Suppression
    text: str
    """The entry as it would be written."""
    source: str
    """Where the reported findings are from."""
    days: int
    hidden: tuple[Reported, ...]
    """What it would have hidden of those reported within these days, the newest first."""
    reported: int
    """All that were reported within them."""
    remarks: tuple[str, ...]
    """What whoever confirms should know of the entry."""
