"""`carhound test`: what analytics say of their test cases."""

from pathlib import Path

import click

from carhound.cli.options import page_options
from carhound.errors import UsageError

_EPILOG = """\
\b
Examples:
  carhound test                                the bundled analytics
  carhound test my-analytic.yaml               the cases in my-analytic.tests.yaml beside it
  carhound test my-analytic.tests.yaml         one test file
  carhound test --junit report.xml analytics/  a folder of analytics, for a CI system

\b
Exit status:
  0  everything is as expected
  1  an expectation does not hold
  2  wrong usage, a file that cannot be read, or failure
  4  nothing fails, but something could not be evaluated
"""


@click.command(epilog=_EPILOG)
@click.argument("analytics", nargs=-1, metavar="[ANALYTIC]...")
@page_options
@click.option(
    "--junit",
    metavar="FILE",
    help="Write a JUnit XML report to FILE as well, whole or not at all: a test per expectation.",
)
@click.pass_context
def test(
    ctx: click.Context,
    /,
    analytics: tuple[str, ...],
    style: str,
    output: str | None,
    junit: str | None,
) -> int:
    """Run the test cases of CAR analytics, without Splunk and without Windows.

    ANALYTIC is a CAR document, a folder of them, the id of a bundled one, or a test file. The cases of
    ID.yaml stand in ID.tests.yaml beside it. Every implementation is run over every case and held against
    what the case expects; where it differs, the first clause that fails is named with the value it met.
    Each hit is also changed in one field at a time, to find clauses that make no difference.
    """
    targets = [Path(one) for one in (output, junit) if one not in (None, "-")]
    if len(targets) == 2 and targets[0].resolve() == targets[1].resolve():
        raise UsageError("--output and --junit name one file", hint="give each a file of its own")

    from carhound.outputs.write import check_target

    if junit == "-":
        raise UsageError("--junit needs the name of a file", hint="for example --junit report.xml")
    for target in targets:
        check_target(target)

    from carhound.cli.delivery import write_shown
    from carhound.outputs.render import render_checks
    from carhound.outputs.write import write_file
    from carhound.pipeline.checking.check import check

    run = check(analytics, ctx.obj or ())
    if junit is not None:
        from carhound.outputs.junit import document

        write_file(Path(junit), [document(run)])
    if output in (None, "-"):
        write_shown(lambda width, colour: render_checks(run, style, width=width, colour=colour), style)
    else:
        write_file(Path(str(output)), render_checks(run, style))
    return run.exit_status
