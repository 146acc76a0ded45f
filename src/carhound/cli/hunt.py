"""`carhound hunt`: analytics over evidence."""

from typing import TYPE_CHECKING

import click

from carhound.cli.options import (
    analytic_option,
    archive_options,
    counting_options,
    definition_options,
    evidence_or_lake,
    findings_output_options,
    mapping_option,
    processes_option,
    read_key,
    read_output_options,
    reading_option,
    recorded_words,
    time_options,
)

if TYPE_CHECKING:
    from carhound.findings.run import Reading

_EPILOG = """\
\b
Examples:
  carhound hunt logs/                           the bundled analytics, a folder
  carhound hunt -a CAR-2019-04-003.yaml a.evtx  an analytic of yours, one file
  carhound hunt --backfill logs.zip             as if run on each day of the logs
  carhound hunt --lake lake/                    what 'carhound ingest' has put there
  carhound hunt --novel-over 30d logs/          only what nobody did in the 30 days before
  carhound hunt -f jsonl -o found.jsonl logs/   findings for another program
  carhound hunt --report found.html logs/       a page to read and to hand over

\b
Exit status:
  0  nothing found, and all of it was judged
  1  findings
  2  wrong usage, no such path, or failure
  3  nothing found, and no event was of a kind that could be judged
  4  nothing found, but part of it was not read or not evaluated
"""


@click.command(epilog=_EPILOG)
@evidence_or_lake
@analytic_option
@click.option(
    "--companions",
    is_flag=True,
    help="Run the companion hunts as well: what the published analytic leaves out.",
)
@mapping_option
@definition_options
@time_options
@reading_option("published")
@click.option(
    "--backfill",
    is_flag=True,
    help="Run implementations with a time window once for each day of the evidence, as a schedule "
    "would have.",
)
@click.option(
    "--suppress",
    metavar="FILE",
    help="Findings that an entry of this file is about are counted and listed apart, and change no exit "
    "status. 'carhound accept' writes entries.",
)
@click.option(
    "--novel-over",
    metavar="DAYS",
    help="Tell only what is new: leave out matches whose key matched in so many days before, such as 30d. "
    "Looks at yesterday and today, or with --backfill at every day.",
)
@click.option(
    "--key",
    metavar="FIELD[,FIELD...]",
    help="By what matches count as the same: fields by their Windows names, or normal_command_line, in "
    "which numbers, GUIDs, temporary and user names are alike. Default: CommandLine; for "
    "module loads ImageLoaded.",
)
@archive_options
@counting_options
@processes_option
@findings_output_options
@click.pass_context
def hunt(
    ctx: click.Context,
    /,
    evidence: tuple[str, ...],
    lake: str | None,
    catalog: str | None,
    analytics: tuple[str, ...],
    companions: bool,
    mappings: tuple[str, ...],
    macros: tuple[str, ...],
    lookups: tuple[str, ...],
    now: str | None,
    tz: str,
    earliest: str | None,
    latest: str | None,
    reading: "Reading",
    backfill: bool,
    suppress: str | None,
    novel_over: str | None,
    key: str | None,
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
    report: str | None,
    case: str | None,
) -> int:
    """Run CAR analytics, as published, over Windows logs.

    EVIDENCE are files and folders: EVTX, and JSON, CSV, XML, Parquet and Arrow of Sysmon or Windows events,
    also inside .zip, .tar, .gz, .bz2 and .xz, and in one another; - is standard input. What a file is, is
    found from its content. Every implementation of an analytic is run, SPL and pseudocode, and the answer
    says what each found, whether they agree, and on which hosts there was anything to judge.
    """
    options = read_output_options(evidence, style, output, quiet, exit_zero, report=report, case=case)

    from carhound import pipeline
    from carhound.cli.delivery import deliver
    from carhound.cli.progress import shown_progress

    request = pipeline.Request(
        evidence=evidence,
        command=recorded_words(ctx.obj or ()),
        analytics=analytics,
        companions=companions,
        mappings=mappings,
        definitions=pipeline.DefinitionFiles(macros, lookups),
        now=now,
        tz=tz,
        earliest=earliest,
        latest=latest,
        reading=reading,
        backfill=backfill,
        suppress=suppress,
        novel_over=novel_over,
        key=read_key(key),
        hash=hash_files or options.case is not None,
        keep_duplicates=keep_duplicates,
        count_all=count_all,
        processes=processes,
        archive_password=archive_password,
        archive_limits=archive_limits,
        lake=lake,
        catalog=catalog,
    )
    with shown_progress(quiet=quiet) as progress:
        run = pipeline.hunt(request, progress)
    return deliver(run, options)
