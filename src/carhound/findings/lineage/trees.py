"""What `carhound tree` answers."""

from msgspec import Struct

from carhound.findings.run import Finding, Status


class Trees(Struct, frozen=True):
    """Findings, or one event that need be none, with their trees."""

    findings: tuple[Finding, ...]
    """An event that was asked for by its place has no id and no analytic."""
    remarks: tuple[str, ...] = ()
    """What the trees may lack."""
    status: Status = "complete"
    reasons: tuple[str, ...] = ()
    """Why not all of the evidence could be judged."""

    @property
    def exit_status(self) -> int:
        """0; 3 where no event could be judged, 4 where a part was not read or not judged."""
        return {"complete": 0, "nothing-eligible": 3, "partial": 4}[self.status]
