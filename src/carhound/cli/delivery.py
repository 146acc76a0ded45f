"""A finished run to where it was asked for, and its exit status."""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from carhound.cli.options import OutputOptions
from carhound.findings.run import Run
from carhound.outputs.render import PIPE_WIDTH, render, render_report
from carhound.outputs.summary import diagnostic_lines, verdict_lines
from carhound.outputs.wording import count
from carhound.outputs.write import write_file, write_stdout

Rendered = Callable[[int, bool], Iterable[bytes]]
"""Makes the output for a width and with colour or without."""

_LINES = ("jsonl", "csv", "navigator", "timesketch")
"""Formats that have no place for diagnostics and the verdict."""


def deliver(run: Run, options: OutputOptions) -> int:
    """Writes the run; returns the status to exit with.

    What the format has no place for goes to stderr, and to whoever wrote to a file at least the verdict.
    """
    said: list[str] = []
    if options.report is not None:
        write_file(options.report, render_report(run))
    if options.case is not None:
        from carhound.outputs.case_file import write_case

        write_case(options.case, run)
    if options.style in _LINES:
        said += diagnostic_lines(run)
    if options.style == "timesketch" and (timeless := sum(one.time is None for one in run.findings)):
        said.append(f"carhound: {count(timeless, 'finding')} without a time left out: Timesketch takes none")
    if options.target is not None:
        write_file(options.target, render(run, options.style))
    else:
        write_to_stdout(run, options)
    if options.target is not None or options.style in _LINES:
        said += verdict_lines(run)
    if not options.quiet:
        for line in said:
            click.echo(line, err=True)
    return 0 if options.exit_zero and run.exit_status == 1 else run.exit_status


def write_to_stdout(run: Run, options: OutputOptions) -> None:
    """Writes the run; a reader that has heard enough (`| head`) is no error."""
    write_shown(lambda width, colour: render(run, options.style, width=width, colour=colour), options.style)


def deliver_page(rendered: Rendered, style: str, output: str | None) -> None:
    """Writes what has no findings, a page or JSON, to a file or to standard output."""
    if output in (None, "-"):
        write_shown(rendered, style)
        return
    write_file(Path(str(output)), rendered(PIPE_WIDTH, False))


def write_shown(rendered: Rendered, style: str) -> None:
    """Writes to standard output, as wide and as coloured as it takes; a reader may have heard enough."""
    terminal = sys.stdout is not None and sys.stdout.isatty()
    width = PIPE_WIDTH
    if terminal:
        import shutil  # 5 ms

        width = shutil.get_terminal_size((PIPE_WIDTH, 24)).columns
    try:
        write_stdout(rendered(width, terminal and _colour_wanted()), for_people=style == "table")
    except BrokenPipeError:
        # What is still buffered has no reader either; Python would complain of it when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _colour_wanted() -> bool:
    """As https://no-color.org asks; without colour there are no escape sequences at all."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
