"""`carhound ingest`: evidence into a lake."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from carhound.cli.options import (
    archive_options,
    catalog_option,
    evidence_argument,
    mapping_option,
    tz_option,
)

if TYPE_CHECKING:
    from carhound.findings.ingested import Ingested
    from carhound.outputs.render import PageFormat

_EPILOG = """\
\b
Examples:
  carhound ingest logs/ --lake lake/             every event once, however often it is read
  carhound ingest --follow inbox/ --lake lake/   new files as they arrive, until Ctrl-C

\b
Exit status:
  0  all of it was read
  2  wrong usage, no such path, or failure: what was added by then stays
  4  part of it was not read
"""


@click.command(epilog=_EPILOG)
@evidence_argument
@click.option(
    "--lake",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder of the lake; it is made where there is none.",
)
@catalog_option
@mapping_option
@tz_option
@archive_options
@click.option(
    "--follow",
    is_flag=True,
    help="Look for new and grown files every few seconds until interrupted. JSON is then one object a line.",
)
@click.option(
    "-f",
    "--format",
    "style",
    type=click.Choice(["table", "json"]),
    metavar="FORMAT",
    default="table",
    show_default=True,
    help="table, for people, or json, which holds everything.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress on stderr.")
def ingest(
    evidence: tuple[str, ...],
    lake: Path,
    catalog: str | None,
    mappings: tuple[str, ...],
    tz: str,
    archive_password: str | None,
    archive_limits: tuple[str, ...],
    follow: bool,
    style: "PageFormat",
    quiet: bool,
) -> int:
    """Add the events of logs to a lake: a folder with an Apache Iceberg table that many hunts can read.

    EVIDENCE are files and folders as for 'carhound hunt'. Every event is added once, also where it comes
    again in another file or another shape. A run that is ended at any moment leaves the lake whole, and the
    same command adds the rest.
    """
    from carhound.pipeline.lakes.libraries import need_lake

    need_lake()

    from carhound.cli.delivery import write_shown
    from carhound.cli.progress import shown_progress
    from carhound.outputs.render import render_ingested
    from carhound.pipeline.lakes import ingest as pipeline
    from carhound.pipeline.lakes.follow import follow as follow_evidence

    request = pipeline.IngestRequest(evidence, lake, catalog, mappings, tz, archive_password, archive_limits)

    def show(ingested: "Ingested") -> None:
        write_shown(
            lambda width, colour: render_ingested(ingested, style, width=width, colour=colour, lines=follow),
            style,
        )

    if follow:
        try:
            for ingested in follow_evidence(request):
                show(ingested)
        except KeyboardInterrupt:
            pass  # between two looks nothing is on its way
        return 0
    with shown_progress(quiet=quiet) as progress:
        ingested = pipeline.ingest(request, progress)
    show(ingested)
    return ingested.exit_status
