"""`carhound explain`: what an analytic asks, and why it matches an event or does not."""

import sys
from typing import TYPE_CHECKING

import click

from carhound.cli.options import (
    catalog_option,
    check_output,
    definition_options,
    page_options,
    reading_option,
    zone_options,
)

if TYPE_CHECKING:
    from carhound.findings.run import Reading
    from carhound.outputs.render import PageFormat

_EPILOG = """\
\b
Examples:
  carhound explain CAR-2019-04-002                       the bundled analytic
  carhound explain mine.yaml --event sysmon.evtx:4711    why (not) this record
  carhound explain mine.yaml --event "logs.json:line 12" --evidence logs/
  carhound explain CAR-2019-04-002 --event 572cd343124c5fc3 --evidence logs/
  carhound explain CAR-2019-04-002 --lake lake/          and which part of it runs in SQL there
  tail -1 events.json | carhound explain mine.yaml --event -

\b
Exit status:
  0  all of it was read and parsed
  2  wrong usage, no such analytic or event, or failure
  4  an implementation cannot be parsed or run, or a part could not be read
"""


@click.command(epilog=_EPILOG)
@click.argument("reference", metavar="REF")
@click.option(
    "--event",
    metavar="E",
    help="Explain what each implementation says of one event: FILE:RECORD with a record number, or with "
    "'line 12' or 'item 3' as findings show it; the id of a finding, with --evidence; or - for JSON on "
    "standard input.",
)
@click.option(
    "--evidence",
    multiple=True,
    metavar="PATH",
    help="Judge the event among the events of these files and folders, as 'carhound hunt' would: baselines "
    "need it. Can be given more than once.",
)
@click.option(
    "--lake",
    metavar="DIR",
    help="Also show which parts of each plan this lake runs in SQL, and why not all. Not with --event.",
)
@catalog_option
@definition_options
@zone_options
@reading_option("published")
@page_options
@click.pass_context
def explain(
    ctx: click.Context,
    /,
    reference: str,
    event: str | None,
    evidence: tuple[str, ...],
    lake: str | None,
    catalog: str | None,
    macros: tuple[str, ...],
    lookups: tuple[str, ...],
    now: str | None,
    tz: str,
    reading: "Reading",
    style: "PageFormat",
    output: str | None,
) -> int:
    """Show what an analytic asks, or why it matches an event or does not.

    REF is a CAR document (YAML, or a page in Markdown), a folder of them, a .spl file, savedsearches.conf,
    a detection of Splunk's security content, or the id of a bundled analytic. Each implementation is shown
    with its clauses numbered, its plan, windows, fields and remarks; with --event, every clause with the
    value it met.
    """
    from carhound.cli.delivery import deliver_page
    from carhound.cli.progress import shown_progress
    from carhound.outputs.render import render_explanation
    from carhound.pipeline.definitions import DefinitionFiles
    from carhound.pipeline.explaining.event_choice import LARGEST
    from carhound.pipeline.explaining.explain import ExplainRequest, explain

    check_output(output, evidence)
    request = ExplainRequest(
        reference,
        ctx.obj or (),
        event,
        evidence,
        now,
        tz,
        reading,
        lake,
        catalog,
        DefinitionFiles(macros, lookups),
    )
    with shown_progress(quiet=not evidence) as progress:
        said = explain(request, lambda: sys.stdin.buffer.read(LARGEST + 1), progress)
    deliver_page(
        lambda width, colour: render_explanation(said, style, width=width, colour=colour), style, output
    )
    return said.exit_status
