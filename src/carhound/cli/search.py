"""`carhound search`: one SPL search over evidence."""

import sys

import click

from carhound.cli.options import (
    archive_options,
    counting_options,
    definition_options,
    evidence_or_lake,
    mapping_option,
    output_options,
    processes_option,
    read_output_options,
    recorded_words,
    time_options,
)
from carhound.errors import UsageError

_EPILOG = """\
\b
Examples:
  carhound search 'EventCode=1 regsvr32.exe' logs/
  carhound search 'EventCode=7 Signed=false | stats count by ImageLoaded' a.zip
  carhound search -f csv 'EventCode=4688 | table _time, CommandLine' a.evtx
  carhound search --lookup iocs=iocs.csv @hunt.spl logs/

\b
Exit status:
  0  no rows, and all of it was judged
  1  rows
  2  wrong usage, no such path, or failure
  3  no rows, and no event was of a kind that could be judged
  4  no rows, but part of it was not read or not evaluated
"""


@click.command(epilog=_EPILOG)
@click.argument("spl", metavar="SPL")
@evidence_or_lake
@mapping_option
@definition_options
@time_options
@archive_options
@counting_options
@processes_option
@output_options
@click.pass_context
def search(
    ctx: click.Context,
    /,
    spl: str,
    evidence: tuple[str, ...],
    lake: str | None,
    catalog: str | None,
    mappings: tuple[str, ...],
    macros: tuple[str, ...],
    lookups: tuple[str, ...],
    now: str | None,
    tz: str,
    earliest: str | None,
    latest: str | None,
    archive_password: str | None,
    archive_limits: tuple[str, ...],
    hash_files: bool,
    keep_duplicates: bool,
    count_all: bool,
    processes: int | None,
    style: str,
    output: str | None,
    quiet: bool,
    exit_zero: bool,
) -> int:
    """Run one SPL search over Windows logs, without Splunk.

    SPL is one search, in quotes so that the shell leaves it alone; @FILE, or the name of a file that ends
    in .spl, stands for the search in it, and - for one on standard input. EVIDENCE are files and folders,
    as for 'carhound hunt'. Field names are those of the events (Image, CommandLine, Computer) and letter
    case counts in them, as in Splunk; it does not count in values.

    Values are written as in Splunk: every backslash twice, quotes around blanks. Without table or stats the
    page shows whole events, and --format json every field of them.
    """
    options = read_output_options(evidence, style, output, quiet, exit_zero)

    from carhound import pipeline
    from carhound.cli.delivery import deliver
    from carhound.cli.progress import shown_progress

    request = pipeline.Request(
        evidence=evidence,
        command=recorded_words(ctx.obj or ()),
        mappings=mappings,
        definitions=pipeline.DefinitionFiles(macros, lookups),
        now=now,
        tz=tz,
        earliest=earliest,
        latest=latest,
        hash=hash_files,
        keep_duplicates=keep_duplicates,
        count_all=count_all,
        processes=processes,
        archive_password=archive_password,
        archive_limits=archive_limits,
        lake=lake,
        catalog=catalog,
    )
    if spl == "-" and "-" in evidence:
        raise UsageError("standard input cannot be the search and the evidence", hint="name a file for one")
    code = pipeline.read_search(spl, sys.stdin.buffer.read)
    with shown_progress(quiet=quiet) as progress:
        run = pipeline.search(code, request, progress)
    return deliver(run, options)
