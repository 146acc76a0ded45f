"""`carhound analytics`: what is bundled, and what a document or a folder holds."""

from typing import TYPE_CHECKING

import click

from carhound.cli.options import check_output, page_options

if TYPE_CHECKING:
    from carhound.outputs.render import PageFormat

_EPILOG = """\
\b
Examples:
  carhound analytics                    what comes with carhound
  carhound analytics CAR-2019-04-002    one of them in full
  carhound analytics car/analytics/     a folder of documents: which can run

\b
Exit status:
  0  all of it can be read and run
  2  wrong usage, no such analytic, or failure
  4  a document cannot be read, or an implementation cannot be run
"""


@click.command(epilog=_EPILOG)
@click.argument("reference", metavar="[REF]", required=False)
@page_options
def analytics(reference: str | None, style: "PageFormat", output: str | None) -> int:
    """List analytics, or show one: what it covers, and which of its texts can run.

    REF is the id of a bundled analytic, a CAR document, a folder of them, or a .spl file. Default: what
    comes with carhound.
    """
    from carhound.cli.delivery import deliver_page
    from carhound.outputs.render import render_catalogue
    from carhound.pipeline.catalogue import catalogue

    check_output(output)
    found = catalogue(reference)
    deliver_page(
        lambda width, colour: render_catalogue(found, style, width=width, colour=colour), style, output
    )
    return found.exit_status
