"""Evidence asked again, once it is known which processes matter."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from carhound.findings.lineage import Process
from carhound.findings.process_events import DEEDS, STARTS_AND_ENDS, host_key, told
from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Skipped
from carhound.normalize.normalizer import Normalizer
from carhound.readers.interface import ReadOptions
from carhound.readers.opening import Opener
from carhound.readers.walk import walk

if TYPE_CHECKING:  # needs SQLite, and most hunts find nothing
    from carhound.findings.process_log import ProcessLog
    from carhound.pipeline.memory import Memory

Closure = Callable[[], Iterator[Process]]
"""The processes in the trees, as far as the log knows them now."""

_INTERRUPTED = "reading was interrupted"
_TELLING = frozenset((*STARTS_AND_ENDS, *DEEDS))


class _Processes:
    """A sieve of the events that tell of processes."""

    literals: tuple[str, ...] = ()
    spellings: Mapping[str, str] = MappingProxyType({})

    def wants(self, _: str | None, __: str | None, event_id: str | None) -> bool:
        """All of them are read."""
        return event_id in _TELLING

    def can_match(self, _: str | None, __: str | None, ___: str | None) -> bool:
        """Nothing else is looked for."""
        return False


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
        normalizer, unread = Normalizer(), None
        try:
            for found in walk(paths):
                if found.stream:
                    unread = "evidence came through a pipe, which cannot be read twice"
                    continue
                for part in Opener(found, options).parts():
                    if computers is not None and not any(map(known, computers.get(part.path, ()))):
                        continue
                    for item in part.sifted(_Processes()):
                        if not isinstance(item, RawEvent):
                            if computers is None and isinstance(item, Damage | Skipped):
                                unread = f"{part.path} could not be read as a whole"
                        elif item.event_id in _TELLING and known(item.computer):
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
