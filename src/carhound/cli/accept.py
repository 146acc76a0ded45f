"""`carhound accept`: a finding that nobody needs to see again."""

import getpass
import sys
from typing import TYPE_CHECKING

import click

from carhound.errors import UsageError

if TYPE_CHECKING:
    from carhound.findings.acceptance import Proposal

_EPILOG = """\
\b
Examples:
  carhound accept 4f0c2a9e81d7b635 --reason "packaging test" --lake lake/
  carhound accept 4f0c2a9e --reason "packaging test" --findings found.jsonl --expires 2w

\b
Exit status:
  0  the entry was written
  2  wrong usage, not confirmed, or failure
"""


@click.command(epilog=_EPILOG)
@click.argument("finding", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why nobody needs to see it again.")
@click.option("--owner", metavar="NAME", help="Who answers for it. Default: your user name.")
@click.option(
    "--expires",
    default="90d",
    show_default=True,
    metavar="WHEN",
    help="The last day on which the entry holds: a span like 90d, 2w or 3mon, or a day.",
)
@click.option("--lake", metavar="DIR", help="The lake whose alerts the ID is of.")
@click.option(
    "--findings",
    metavar="FILE",
    help="The JSON or JSON lines of a hunt, or a file of alerts, that the ID is of.",
)
@click.option(
    "--suppress",
    default="suppressions.yaml",
    show_default=True,
    metavar="FILE",
    help="The suppressions file to add to; a new one is made where there is none.",
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def accept(
    finding: str,
    reason: str,
    owner: str | None,
    expires: str,
    lake: str | None,
    findings: str | None,
    suppress: str,
    yes: bool,
) -> int:
    """Add an entry to the suppressions file, so that a finding is no longer reported.

    Shows the entry and what it would have hidden in the last 30 days, and asks before it writes.
    """
    from pathlib import Path

    from carhound.outputs.escape import visible
    from carhound.outputs.write import check_target
    from carhound.pipeline.alerting import accept as pipeline

    check_target(Path(suppress))
    request = pipeline.AcceptRequest(finding, reason, owner or _user(), expires, suppress, lake, findings)
    proposal = pipeline.propose(request)
    _show(proposal)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("nobody is there to confirm it: nothing was written", hint="--yes does not ask")
        click.confirm(f"Add it to {visible(suppress)}?", abort=True)
    pipeline.accept(proposal)
    click.echo(f"added to {visible(suppress)}", err=True)
    return 0


def _show(proposal: "Proposal") -> None:
    from carhound.cli.delivery import write_shown
    from carhound.outputs.terminal import proposed

    write_shown(lambda width, colour: [proposed.page(proposal, width=width, colour=colour).encode()], "table")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        raise UsageError("nobody is known to answer for it", hint="give --owner NAME") from None
