"""The processes around a finding: who started them, what they started, what they did.

The question of D3FEND's Process Lineage Analysis (D3-PLA). These are values; they are built from events in
`pipeline`, and rendered by outputs.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from carhound.model.event import Place

DeedKind = Literal["module", "file", "registry", "network", "dns", "pipe"]


class Deed(Struct, frozen=True):
    """Something a process did, from one event about it."""

    kind: DeedKind
    time: datetime | None
    """Aware UTC."""
    event_id: str
    what: str
    """The module, file, registry key, address and port, name looked up, or pipe: text from evidence."""
    detail: str = ""
    """What else the event says: "unsigned", "signed by Contoso", "set to ...": text from evidence."""
    suspicious: bool = False
    """Whether it is a reason to look: an unsigned module outside of Windows and Program Files, a connection
    of regsvr32 or rundll32."""
    place: Place | None = None


class Process(Struct, frozen=True):
    """A node of the tree. Texts are from evidence; None is what no event tells."""

    guid: str | None
    """Lower case, without braces."""
    pid: str | None
    computer: str | None
    image: str | None
    command_line: str | None
    user: str | None
    started: datetime | None
    """Aware UTC; None for a process whose start was not logged."""
    ended: datetime | None
    logged: bool
    """Whether its start was logged; else the node is built from what its children say: an unknown parent."""
    original_file_name: str | None = None
    company: str | None = None
    hashes: str | None = None
    true_name: str | None = None
    """What it really is, folded, where its path says something else: "regsvr32.exe"."""
    place: Place | None = None
    findings: tuple[str, ...] = ()
    """Ids of the findings that are about this process or something it did."""
    deeds: tuple[Deed, ...] = ()
    """By time; the suspicious ones are the last to be left out."""
    deeds_left_out: int = 0
    children: tuple["Process", ...] = ()
    """By time of their start. Of an ancestor of the focus only the one that leads there."""
    children_left_out: int = 0


class Tree(Struct, frozen=True):
    """The tree around one finding, its oldest known or unknown ancestor at the top."""

    root: Process
    focus: tuple[int, ...]
    """The way from the root to the process of the finding: positions among children."""
    cut: bool = False
    """Whether ancestors beyond the root were left out."""
