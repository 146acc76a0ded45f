"""`carhound visibility`: which implementations can find anything on which host."""

from typing import TYPE_CHECKING

import click

from carhound.cli.options import (
    analytic_option,
    archive_options,
    check_output,
    evidence_argument,
    mapping_option,
    page_options,
    recorded_words,
    tz_option,
)

if TYPE_CHECKING:
    from carhound.outputs.render import PageFormat

_EPILOG = """\
\b
Examples:
  carhound visibility logs/
  carhound visibility --sysmon-config sysmonconfig.xml logs/
  carhound visibility -a CAR-2019-04-003.yaml -f json -o visible.json logs/

\b
Exit status:
  0  all of it was read, whatever can or cannot be found there
  2  wrong usage, no such path, or failure
  3  no event was of a kind that an implementation looks at
  4  part of it was not read
"""


@click.command(epilog=_EPILOG)
@evidence_argument
@analytic_option
@click.option(
    "--sysmon-config",
    metavar="FILE",
    help="A Sysmon configuration (XML). Tells what its rules hide, on events that the analytics find.",
)
@mapping_option
@tz_option
@archive_options
@page_options
@click.option("-q", "--quiet", is_flag=True, help="No progress on stderr.")
@click.pass_context
def visibility(
    ctx: click.Context,
    /,
    evidence: tuple[str, ...],
    analytics: tuple[str, ...],
    sysmon_config: str | None,
    mappings: tuple[str, ...],
    tz: str,
    archive_password: str | None,
    archive_limits: tuple[str, ...],
    style: "PageFormat",
    output: str | None,
    quiet: bool,
) -> int:
    """Show what could be found on which host, before silence is taken for safety.

    For every host and implementation: yes, part (on some days or in some events), doubt (nothing shows
    whether the sensor tells of it) or no, with the reason and what to do. Also what the logs say of
    themselves: silent days, missing records, clocks set back, logs cleared, the Sysmon behind them. EVIDENCE
    are files and folders, as for 'carhound hunt'; a lake cannot be asked.
    """
    from carhound import pipeline
    from carhound.cli.delivery import deliver_page
    from carhound.cli.progress import shown_progress
    from carhound.outputs.render import render_visibility
    from carhound.pipeline.sight.visibility import visibility as look

    check_output(output, evidence)
    request = pipeline.Request(
        evidence=evidence,
        command=recorded_words(ctx.obj or ()),
        analytics=analytics,
        mappings=mappings,
        tz=tz,
        archive_password=archive_password,
        archive_limits=archive_limits,
    )
    with shown_progress(quiet=quiet) as progress:
        found = look(request, sysmon_config, progress)
    deliver_page(
        lambda width, colour: render_visibility(found, style, width=width, colour=colour), style, output
    )
    return found.exit_status
