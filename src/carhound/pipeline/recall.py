"""Evidence asked again, once it is known which processes matter."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from carhound.findings.lineage import Process
from carhound.findings.process_events import DEEDS, STARTS_AND_ENDS, host_key, told
from carhound.model.datasets import SECURITY, SYSMON
from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Skipped
from carhound.normalize.normalizer import Normalizer
from carhound.plan.rewrites.required_literals import SPELLINGS
from carhound.readers.interface import ReadOptions
from carhound.readers.opening import Opener
from carhound.readers.walk import walk

if TYPE_CHECKING:  # needs SQLite, and most hunts find nothing
    from carhound.findings.process_log import ProcessLog
    from carhound.pipeline.memory import Memory

Closure = Callable[[], Iterator[Process]]
"""The processes in the trees, as far as the log knows them now."""

_INTERRUPTED = "reading was interrupted"
_TELLING_IDS = frozenset((*STARTS_AND_ENDS, *DEEDS))


class _Telling:
    """A sieve of what may tell of the processes of some computers."""

    literals = None
    spellings: Mapping[str, str] = SPELLINGS

    def __init__(self, known: Callable[[str | None], bool]) -> None:
        self.known = known

    def wants(self, _provider: str | None, _channel: str | None, _event_id: str | None) -> bool:
        """None for its own sake."""
        return False

    def can_match(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> bool:
        """Whether it can tell of them."""
        if event_id not in _TELLING_IDS or not self.known(computer):
            return False
        return SYSMON.holds(provider, channel) or SECURITY.holds(provider, channel)

    def payload_test(self, *_: str | None) -> None:
        """Every one is told of."""


class Recall(Protocol):
    """Asks evidence again."""

    def __call__(self, log: "ProcessLog", hosts: AbstractSet[str], closure: Closure, /) -> str | None:
        """Fills a log with what the events of some computers tell; says what of it could not be asked."""


def from_files_again(
    paths: Iterable[str],
    options: ReadOptions,
    computers: Mapping[str, AbstractSet[str | None]] | None = None,
) -> Recall:
    """Reads those files in which computers with findings were met; `computers` is by file, None unknown."""

    def recall(log: "ProcessLog", hosts: AbstractSet[str], _: Closure) -> str | None:
        known = _among(hosts)
        telling = _Telling(known)
        normalizer, unread = Normalizer(), None
        try:
            for found in walk(paths):
                if found.stream:
                    unread = "evidence came through a pipe, which cannot be read twice"
                    continue
                for part in Opener(found, options).parts():
                    if computers is not None and not any(map(known, computers.get(part.path, ()))):
                        continue
                    for item in part.sifted(telling):
                        if not isinstance(item, RawEvent):
                            if computers is None and isinstance(item, Damage | Skipped):
                                unread = f"{part.path} could not be read as a whole"
                        elif item.event_id in _TELLING_IDS and known(item.computer):
                            one = told(normalizer.event(item, part.path, part.format or ""))
                            if one is not None:
                                log.add(one)
        except KeyboardInterrupt:
            unread = _INTERRUPTED
        return unread

    return recall


def not_again(_log: "ProcessLog", _hosts: AbstractSet[str], _closure: Closure) -> str | None:
    """For who interrupted the first reading, and waits for no second one."""
    return _INTERRUPTED


def _among(hosts: AbstractSet[str]) -> Callable[[str | None], bool]:
    """Whether a computer, as an event spells it, is one of some."""

    @lru_cache(maxsize=10_000)
    def known(computer: str | None) -> bool:
        return host_key(computer) in hosts

    return known


def from_lake_again(memory: "Memory") -> Recall:
    """Asks a lake: for starts and ends first, then for the deeds of the processes that matter."""

    def recall(log: "ProcessLog", hosts: AbstractSet[str], closure: Closure) -> str | None:
        from carhound.engines.duckdb.process_events import of_computers, of_processes

        files = memory.all_files()
        for row in of_computers(files, hosts, STARTS_AND_ENDS):
            if (one := told(memory.as_event(row))) is not None:
                log.add(one)
        processes = list(closure())
        guids = {one.guid for one in processes if one.guid is not None}
        pids = {one.pid for one in processes if one.pid is not None}
        for row in of_processes(files, hosts, DEEDS, guids, pids):
            if (one := told(memory.as_event(row))) is not None:
                log.add(one)
        return None

    return recall
