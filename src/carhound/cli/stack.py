"""`carhound stack`: values over evidence, from rare to common."""

import click

from carhound.cli.options import (
    archive_options,
    evidence_or_lake,
    mapping_option,
    output_options,
    read_output_options,
    recorded_words,
    tz_option,
)
from carhound.errors import UsageError

_ALL = "*"
_DLLS = "dlls"

_EPILOG = """\
\b
Examples:
  carhound stack ImageLoaded logs/
  carhound stack ImageLoaded --where 'EventCode=7 Image="*regsvr32.exe"' logs/
  carhound stack ImageLoaded --lake lake/ --earliest -30d
  carhound stack dlls logs/                     what regsvr32 registered and loaded
  carhound stack -f csv ParentImage,Image --where 'EventCode=1' a.zip

\b
Exit status:
  0  no values, and all of it was judged
  1  values
  2  wrong usage, no such path, or failure
  3  no values, and no event was of a kind that could match
  4  no values, but part of it was not read or not judged
"""


@click.command(epilog=_EPILOG)
@click.argument("fields", metavar="FIELD[,FIELD...]|dlls")
@evidence_or_lake
@click.option(
    "--where",
    default=_ALL,
    show_default=True,
    metavar="SPL",
    help="Only events that this search expression describes.",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    metavar="N",
    help="Show the N rarest in the table. The other formats hold all.",
)
@mapping_option
@click.option(
    "--now",
    metavar="TIME",
    help="The moment that relative times count from. Default: the clock, for values are counted while "
    "evidence is read.",
)
@tz_option
@click.option("--earliest", metavar="TIME", help="Leave out events before this.")
@click.option("--latest", metavar="TIME", help="Leave out events at or after this.")
@archive_options
@output_options
@click.pass_context
def stack(
    ctx: click.Context,
    /,
    fields: str,
    evidence: tuple[str, ...],
    lake: str | None,
    catalog: str | None,
    where: str,
    top: int,
    mappings: tuple[str, ...],
    now: str | None,
    tz: str,
    earliest: str | None,
    latest: str | None,
    archive_password: str | None,
    archive_limits: tuple[str, ...],
    hash_files: bool,
    style: str,
    output: str | None,
    quiet: bool,
    exit_zero: bool,
) -> int:
    """List the values of a field from rare to common.

    FIELD is a field of the events (ImageLoaded, CommandLine, normal_command_line), or several with commas
    between them, whose values are then counted together. The rarest come first: those on the fewest hosts,
    then on the fewest days, then in the fewest events. Letter case does not count in values; the commonest
    spelling is shown. EVIDENCE are files and folders, as for 'carhound hunt'.

    'dlls' in the place of FIELD lists the files that regsvr32 was asked to register or loaded: who asked, who
    signed them, what followed.
    """
    if fields == _DLLS and where != _ALL:
        raise UsageError(
            "stack dlls has events of its own, so --where would change nothing",
            hint="'carhound stack ImageLoaded --where …' counts the modules of any events",
        )
    options = read_output_options(evidence, style, output, quiet, exit_zero)

    from carhound.cli.delivery import deliver
    from carhound.cli.progress import shown_progress
    from carhound.pipeline import Request
    from carhound.pipeline.stacking.stack import stack as stack_fields
    from carhound.pipeline.stacking.stack_dlls import stack_dlls

    request = Request(
        evidence=evidence,
        command=recorded_words(ctx.obj or ()),
        mappings=mappings,
        now=now,
        tz=tz,
        earliest=earliest,
        latest=latest,
        hash=hash_files,
        archive_password=archive_password,
        archive_limits=archive_limits,
        lake=lake,
        catalog=catalog,
    )
    with shown_progress(quiet=quiet) as progress:
        if fields == _DLLS:
            run = stack_dlls(top, request, progress)
        else:
            run = stack_fields(fields.split(","), where, top, request, progress)
    return deliver(run, options)
