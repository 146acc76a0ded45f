"""A finished run to where it was asked for, and its exit status."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable

import click

from carhound.cli.options import OutputOptions
from carhound.findings.run import Run
from carhound.outputs.render import PIPE_WIDTH, render
from carhound.outputs.summary import diagnostic_lines, verdict_lines
from carhound.outputs.write import write_file, write_stdout


def deliver(run: Run, options: OutputOptions) -> int:
    """Writes the run; returns the status to exit with.

    What the format has no place for goes to stderr, and to whoever wrote to a file at least the verdict.
    """
    said: list[str] = []
    if options.style in ("jsonl", "csv"):
        said += diagnostic_lines(run)
    if options.target is not None:
        write_file(options.target, render(run, options.style))
    else:
        write_to_stdout(run, options)
    if options.target is not None or options.style in ("jsonl", "csv"):
        said += verdict_lines(run)
    if not options.quiet:
        for line in said:
            click.echo(line, err=True)
    return 0 if options.exit_zero and run.exit_status == 1 else run.exit_status


def write_to_stdout(run: Run, options: OutputOptions) -> None:
    """Writes the run to standard output."""
    write_chunks(lambda width, colour: render(run, options.style, width=width, colour=colour), options.style)


def write_chunks(rendered: Callable[[int, bool], Iterable[bytes]], style: str) -> None:
    """Writes what `rendered` makes for a width, with colour or without.

    A reader that has heard enough (`| head`) is no error.
    """
    terminal = sys.stdout is not None and sys.stdout.isatty()
    width = shutil.get_terminal_size((PIPE_WIDTH, 24)).columns if terminal else PIPE_WIDTH
    try:
        chunks = rendered(width, terminal and _colour_wanted())
        write_stdout(chunks, for_people=style == "table")
    except BrokenPipeError:
        # What is still buffered has no reader either; Python would complain of it when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _colour_wanted() -> bool:
    """As https://no-color.org asks; without colour there are no escape sequences at all."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
