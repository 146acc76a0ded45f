"""JSON lines: one finding on each line, or for a search one row."""

from collections.abc import Iterator

from carhound.findings.run import Run
from carhound.outputs.json_run import finding_object, row_objects
from carhound.outputs.json_text import encode


def lines(run: Run) -> Iterator[bytes]:
    """The findings of `hunt` in the shape they have in the run; the rows of `search` keyed by column."""
    if run.results is not None:
        yield from map(encode, row_objects(run.results))
    else:
        yield from (encode(finding_object(finding)) for finding in run.findings)
