"""`carhound simulate`: scenarios to logs."""

import click

from carhound.errors import UsageError

_EPILOG = """\
\b
Examples:
  carhound simulate --list
  carhound simulate atomic-t1218.010-3-succeeds --out test.jsonl
  carhound simulate squiblydoo-url --hosts 5 --days 7 --out logs/
  carhound simulate my-story.yaml --out story.jsonl && carhound hunt story.jsonl

\b
Exit status:
  0  written
  2  wrong usage, a mistake in a scenario, or failure
"""


@click.command(epilog=_EPILOG)
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@click.option(
    "-o",
    "--out",
    metavar="PATH",
    help="Where to write: a file for all records, or a folder (there already, or a name without an ending) "
    "for one file per host and channel.",
)
@click.option(
    "-f",
    "--format",
    "style",
    default="jsonl",
    show_default=True,
    metavar="FORMAT",
    help="evtx, jsonl (Winlogbeat), xml or splunk.",
)
@click.option(
    "--hosts",
    type=click.IntRange(0, 10_000),
    metavar="N",
    help="Hosts with ordinary activity around the story, those of the story first; 0 for none. Default: what "
    "the scenario says, mostly none.",
)
@click.option(
    "--days",
    type=click.IntRange(0, 3_660),
    metavar="N",
    help="Days of ordinary activity; the story is told on the last of them.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="The same seed writes the same records.",
)
@click.option("--start", metavar="TIME", help="When the recording begins. Default: when the scenario says.")
@click.option("--sysmon-only", is_flag=True, help="No 4688 and 4689 in a Security log.")
@click.option("--force", is_flag=True, help="Replace files that are there already.")
@click.option("--list", "listed", is_flag=True, help="List the scenarios that come with carhound, and end.")
@click.option("-q", "--quiet", is_flag=True, help="Do not say what was written.")
def simulate(
    scenarios: tuple[str, ...],
    out: str | None,
    style: str,
    hosts: int | None,
    days: int | None,
    seed: int,
    start: str | None,
    sysmon_only: bool,
    force: bool,
    listed: bool,
    quiet: bool,
) -> int:
    """Write the logs that a story leaves behind, as Sysmon and Windows would have written them.

    SCENARIO is a YAML file that tells a story, or the id of one that comes with carhound; several are told
    side by side. With --hosts and --days the story happens among the ordinary activity of a fleet.
    """
    from carhound.pipeline import simulate as pipeline

    if listed:
        known = pipeline.bundled_scenarios()
        width = max(len(name) for name, _ in known)
        for name, title in known:
            click.echo(f"{name:{width}}  {title}")
        return 0
    if out is None:
        raise UsageError("--out is missing", hint="name a file or a folder to write to")
    if style not in pipeline.formats():
        raise UsageError(
            f"no format is called {style!r}", hint=f"choose one of: {', '.join(pipeline.formats())}"
        )
    request = pipeline.SimulationRequest(
        scenarios, out, style, hosts, days, seed, start, not sysmon_only, force
    )
    from carhound.outputs.escape import visible

    for written in pipeline.simulate(request):
        if not quiet:
            events = "event" if written.records == 1 else "events"
            click.echo(f"{visible(str(written.path))}: {written.records:,} {events}", err=True)
    return 0
