"""`carhound tree`: the processes around findings."""

from typing import TYPE_CHECKING

import click

from carhound.cli.options import (
    analytic_option,
    check_output,
    evidence_or_lake,
    page_options,
    recorded_words,
    tz_option,
)

if TYPE_CHECKING:
    from carhound.outputs.render import PageFormat

_EPILOG = """\
\b
Examples:
  carhound tree logs/                            around every finding
  carhound tree --finding 5c460042559bc423 logs/
  carhound tree --event sysmon.evtx:4711 logs/   around any event
  carhound tree --lake lake/ -f json

\b
Exit status:
  0  all of it was judged
  2  wrong usage, no such finding or event, or failure
  3  no finding, and no event was of a kind that could be judged
  4  a part could not be read or judged
"""


@click.command(epilog=_EPILOG)
@evidence_or_lake
@click.option("--finding", metavar="ID", help="Only this finding: its id, or the first 8 digits or more.")
@click.option(
    "--event",
    metavar="FILE:RECORD",
    help="Around this event, whether it is a finding or not: a record number, or 'line 12' or 'item 3' as "
    "findings show it. Without EVIDENCE its own file is asked alone.",
)
@analytic_option
@tz_option
@page_options
@click.pass_context
def tree(
    ctx: click.Context,
    /,
    evidence: tuple[str, ...],
    lake: str | None,
    catalog: str | None,
    finding: str | None,
    event: str | None,
    analytics: tuple[str, ...],
    tz: str,
    style: "PageFormat",
    output: str | None,
) -> int:
    """Show who started the process of a finding, what it started, and what each of them did.

    EVIDENCE are files and folders, as for 'carhound hunt'. A process whose start was not logged is shown as
    an unknown parent, told from its children. A renamed program is shown as what it is.
    """
    from carhound.cli.delivery import deliver_page
    from carhound.cli.progress import shown_progress
    from carhound.outputs.render import render_trees
    from carhound.pipeline.request import Request
    from carhound.pipeline.trees.tree import TreeRequest, trees

    check_output(output, evidence)
    request = Request(
        evidence, recorded_words(ctx.obj or ()), analytics=analytics, tz=tz, lake=lake, catalog=catalog
    )
    with shown_progress(quiet=False) as progress:
        said = trees(TreeRequest(request, finding, event), progress)
    deliver_page(lambda width, colour: render_trees(said, style, width=width, colour=colour), style, output)
    return said.exit_status
