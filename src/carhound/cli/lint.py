"""`carhound lint`: what is wrong with an analytic, by its text alone."""

from typing import TYPE_CHECKING

import click

from carhound.cli.options import check_output, definition_options, delivery_options

if TYPE_CHECKING:
    from carhound.findings.linted import FailOn
    from carhound.outputs.render import LintFormat

_EPILOG = """\
\b
Examples:
  carhound lint my-analytic.yaml                 one document
  carhound lint analytics/                       a folder of them
  carhound lint --fail-on error analytics/       let warnings pass
  carhound lint -f sarif -o lint.sarif analytics/

\b
Exit status:
  0  no remark is as severe as --fail-on says
  1  some are
  2  wrong usage, no such analytic, or failure
  4  no remark is, but a part could not be read
"""


@click.command(epilog=_EPILOG)
@click.argument("reference", metavar="REF")
@definition_options
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    default="warning",
    show_default=True,
    help="The least severity that makes the command end in 1.",
)
@delivery_options(
    ["table", "json", "sarif"], "table, for people; json, which holds everything; sarif, for code scanning."
)
def lint(
    reference: str,
    macros: tuple[str, ...],
    lookups: tuple[str, ...],
    fail_on: "FailOn",
    style: "LintFormat",
    output: str | None,
) -> int:
    """Check analytic documents for mistakes, without a single event.

    REF is a CAR document (YAML, or a page in Markdown), a folder of them, a .spl file, savedsearches.conf,
    a detection of Splunk's security content, or the id of a bundled analytic. An error is a text that
    cannot be read or can never match; a warning is most likely not what was meant; a note is something to
    know. Each has a code, which the reference explains.
    """
    from carhound.cli.delivery import deliver_page
    from carhound.outputs.render import render_lint
    from carhound.pipeline.definitions import DefinitionFiles
    from carhound.pipeline.lint import lint

    check_output(output)
    run = lint(reference, fail_on, DefinitionFiles(macros, lookups))
    deliver_page(lambda width, colour: render_lint(run, style, width=width, colour=colour), style, output)
    return run.exit_status
