"""Evidence asked again, once it is known which processes matter."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Protocol

from carhound.readers.interface import ReadOptions
from carhound.readers.walk import has_changed

if TYPE_CHECKING:  # needs SQLite, and most hunts find nothing
    from carhound.findings.lineage.events import Who
    from carhound.findings.lineage.log import ProcessLog
    from carhound.pipeline.files.pieces import Piece

_INTERRUPTED = "reading was interrupted"
_CHANGED = "evidence changed after it was read"
_PIPE = "evidence came through a pipe, which cannot be read twice"


class Recall(Protocol):
    """Asks evidence again."""

    def __call__(self, log: "ProcessLog", about: "Sequence[Who]", /) -> str | None:
        """Adds to what findings tell what evidence tells of the processes around some.

        Says what of it could not be asked.
        """


def from_files_again(
    given: "Sequence[Piece]",
    options: ReadOptions,
    computers: Mapping[str, AbstractSet[str | None]] | None = None,
    processes: int | None = None,
) -> Recall:
    """Reads those pieces in which computers with findings were met; `computers` is by file, None unknown.

    `processes` are those asked for, None for as many as are of use.
    """

    def recall(log: "ProcessLog", about: "Sequence[Who]") -> str | None:
        from carhound.pipeline.trees.retelling import Retelling
        from carhound.pipeline.trees.retold import read_again

        apart = [piece for piece in given if not piece.found.stream]
        task = Retelling(options, frozenset(who.host for who in about), computers)
        try:
            unread = read_again(log, about, apart, task, processes)
        except KeyboardInterrupt:
            log.drop_outlines()
            return _INTERRUPTED
        if any(map(has_changed, {piece.found for piece in apart})):
            return _CHANGED
        return unread if len(apart) == len(given) else unread or _PIPE

    return recall


def not_again(_log: "ProcessLog", _about: "Sequence[Who]") -> str | None:
    """For who interrupted the first reading, and waits for no second one."""
    return _INTERRUPTED
