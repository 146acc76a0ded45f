"""A lake asked again, once it is known which processes matter."""

from collections.abc import Sequence

from carhound.findings.lineage.build import Lineages
from carhound.findings.lineage.events import DEEDS, STARTS_AND_ENDS, Who, told
from carhound.findings.lineage.log import ProcessLog
from carhound.pipeline.lakes.memory import Memory
from carhound.pipeline.trees.recall import Recall


def from_lake_again(memory: Memory) -> Recall:
    """Asks a lake: for starts and ends first, then for the deeds of the processes that matter."""

    def recall(log: ProcessLog, about: Sequence[Who]) -> str | None:
        # A hunt with nothing new never asks, and must not load DuckDB.
        from carhound.engines.duckdb.process_events import of_computers, of_processes

        files, hosts = memory.all_files(), {who.host for who in about}
        for row in of_computers(files, hosts, STARTS_AND_ENDS):
            if (one := told(memory.as_event(row))) is not None:
                log.add(one)
        log.settle()
        lineages = Lineages(log)
        found = [process for who in about for process in lineages.closure(who)]
        guids = {one.guid for one in found if one.guid is not None}
        pids = {one.pid for one in found if one.pid is not None}
        for row in of_processes(files, hosts, DEEDS, guids, pids):
            if (one := told(memory.as_event(row))) is not None:
                log.add(one)
        return None

    return recall
