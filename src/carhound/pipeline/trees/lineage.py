"""The trees around findings: what the hunt kept is not enough for them, so the evidence is asked again."""

from collections.abc import Sequence

from msgspec.structs import replace

from carhound.findings.lineage.build import Lineages
from carhound.findings.lineage.events import process_of, told
from carhound.findings.lineage.log import ProcessLog
from carhound.findings.run import Finding
from carhound.model.diagnostics import Diagnostic
from carhound.model.event import Event
from carhound.pipeline.trees.recall import Recall


def with_trees(
    found: Sequence[tuple[Event, Finding]], recall: Recall
) -> tuple[list[Finding], Diagnostic | None]:
    """The findings with their trees, and what these may lack."""
    about = [(finding.id, who) for event, finding in found if (who := process_of(event)) is not None]
    if not about:
        return [finding for _, finding in found], None
    with ProcessLog() as log:
        for event, _ in found:
            if (one := told(event)) is not None:
                log.add(one)
        unread = recall(log, [who for _, who in about])
        log.settle()
        lineages = Lineages(log, about)
        trees = {name: lineages.tree(who) for name, who in about}
    findings = [replace(finding, tree=trees.get(finding.id)) for _, finding in found]
    return findings, None if unread is None else _lacking(unread)


def _lacking(unread: str) -> Diagnostic:
    message = f"processes around findings are told from the findings alone where {unread}"
    return Diagnostic("RUN-P1", message, "note")
