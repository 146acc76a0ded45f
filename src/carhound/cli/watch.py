"""`carhound watch`: the alerting run."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from carhound.cli.options import (
    analytic_option,
    catalog_option,
    definition_options,
    read_key,
    reading_option,
)

if TYPE_CHECKING:
    from carhound.alerts.delivery import Sink
    from carhound.findings.run import Reading

_EPILOG = """\
\b
Examples:
  carhound watch --lake lake/ --from-now                      begin: what is there counts as known
  carhound watch --lake lake/ -o alerts.jsonl                 from cron, every quarter of an hour
  carhound watch --lake lake/ --webhook https://siem.example/carhound

\b
Exit status:
  0  the work is done, alerts or not
  2  wrong usage, or failure: nothing is lost, the next run does the work
  4  a receiver has not taken all alerts: they wait for the next run
"""


@click.command(epilog=_EPILOG)
@click.option("--lake", required=True, metavar="DIR", help="The lake that 'carhound ingest' fills.")
@catalog_option
@analytic_option
@definition_options
@reading_option("corrected")
@click.option(
    "--novel-over",
    metavar="DAYS",
    default="30d",
    show_default=True,
    help="Report a match only if its key did not match in so many days before. Searches that state a "
    "baseline of their own keep it.",
)
@click.option(
    "--key",
    metavar="FIELD[,FIELD...]",
    help="By what matches count as the same: fields by their Windows names, or normal_command_line. Default: "
    "CommandLine; for module loads ImageLoaded.",
)
@click.option("--tz", default="UTC", show_default=True, metavar="ZONE", help="The zone of calendar days.")
@click.option("--suppress", metavar="FILE", help="Findings that an entry of this file is about are not sent.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Add alerts to FILE, one JSON object a line, in place of standard output.",
)
@click.option(
    "--webhook",
    metavar="URL",
    help="Also POST each alert to this address. CARHOUND_WEBHOOK_TOKEN in the environment is sent along.",
)
@click.option(
    "--from-now",
    is_flag=True,
    help="Report nothing, and take what the lake holds by now as looked at: for the first run.",
)
@click.option("-q", "--quiet", is_flag=True, help="No summary on stderr.")
def watch(
    lake: str,
    catalog: str | None,
    analytics: tuple[str, ...],
    macros: tuple[str, ...],
    lookups: tuple[str, ...],
    reading: "Reading",
    novel_over: str,
    key: str | None,
    tz: str,
    suppress: str | None,
    output: str | None,
    webhook: str | None,
    from_now: bool,
    quiet: bool,
) -> int:
    """Report what is new in a lake, each finding once: a run for cron, systemd or a Kubernetes job.

    Looks at what 'carhound ingest' added since the last run, however old its events are, and judges every
    event as a run at the end of its own day would have: reported is what nobody did in the 30 days before.
    Findings of one day with the same key, such as the same command line, are one alert. What was reported
    is kept in the lake's folder, and what a receiver has not taken waits there.
    """
    from carhound.pipeline.lakes.libraries import need_lake

    need_lake()

    from carhound.outputs.watch_text import watch_lines
    from carhound.pipeline.alerting import watch as pipeline
    from carhound.pipeline.definitions import DefinitionFiles

    request = pipeline.WatchRequest(
        lake,
        catalog,
        analytics,
        reading,
        novel_over,
        read_key(key),
        tz,
        suppress,
        from_now,
        DefinitionFiles(macros, lookups),
    )
    watched = pipeline.watch(request, _sinks(output, webhook))
    for line in () if quiet else watch_lines(watched):
        click.echo(line, err=True)
    return watched.exit_status


def _sinks(output: str | None, webhook: str | None) -> "list[Sink]":
    from carhound.alerts.json_lines import JsonLinesFile, StandardOutput
    from carhound.alerts.webhook import Webhook, environment_token

    lines: Sink = StandardOutput() if output in (None, "-") else JsonLinesFile(Path(str(output)))
    if webhook is None:
        return [lines]
    return [lines, Webhook(webhook, environment_token())]
