"""The program: finds the command, and turns every way it can end into a message and an exit status."""

import atexit
import gc
import os
import sys
from collections.abc import Sequence

import click

from carhound.cli.lazy_group import CommandEntry, LazyGroup
from carhound.errors import CarhoundError

FAILED = 2
"""Wrong usage, nothing to read, or the tool failed."""

INTERRUPTED = 130

COMMANDS = {
    "hunt": CommandEntry("carhound.cli.hunt", "Run CAR analytics over logs."),
    "search": CommandEntry("carhound.cli.search", "Run one SPL search over logs, without Splunk."),
    "stack": CommandEntry("carhound.cli.stack", "List the values of a field from rare to common."),
    "visibility": CommandEntry("carhound.cli.visibility", "Show what could be found on which host."),
    "ingest": CommandEntry("carhound.cli.ingest", "Add logs to a lake, which remembers every event once."),
    "watch": CommandEntry("carhound.cli.watch", "Report what is new in a lake, each finding once."),
    "lake": CommandEntry("carhound.cli.lake", "Look after a lake: stats, verify, compact, expire."),
    "mapping": CommandEntry("carhound.cli.mapping", "Print a mapping for columns with names of their own."),
    "test": CommandEntry("carhound.cli.test", "Run the test cases of CAR analytics."),
    "lint": CommandEntry("carhound.cli.lint", "Check analytics for mistakes, by their text."),
    "simulate": CommandEntry("carhound.cli.simulate", "Write the logs that an attack leaves behind."),
    "accept": CommandEntry("carhound.cli.accept", "Suppress a finding, with a reason and an end."),
    "tree": CommandEntry("carhound.cli.tree", "Show the processes around a finding, and what they did."),
    "explain": CommandEntry("carhound.cli.explain", "Show what an analytic asks, and why (not) an event."),
    "analytics": CommandEntry("carhound.cli.analytics", "List analytics, and which of their texts can run."),
}

_EPILOG = """\
\b
Examples:
  carhound hunt logs/
  carhound search 'EventCode=1 regsvr32.exe' logs/
  carhound ingest logs/ --lake lake/
  carhound hunt --lake lake/

'carhound COMMAND --help' explains a command.
"""


@click.group(
    cls=LazyGroup,
    entries=COMMANDS,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="carhound", message="%(prog)s %(version)s")
def program() -> None:
    """Run MITRE CAR analytics, as published, over Windows logs: no SIEM, no translation by hand."""


def _leave() -> None:
    """Spares the search for cycles in what ends with the process; DuckDB tells of what was left so."""
    if "duckdb" not in sys.modules:
        gc.freeze()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit status; messages go to stderr."""
    atexit.register(_leave)
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = program.main(words, prog_name="carhound", standalone_mode=False, obj=tuple(words))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return FAILED
    except click.ClickException as error:
        _say(*_usage(error))
        return FAILED
    except CarhoundError as error:
        return _report(error)
    except click.Abort:
        _say("carhound: interrupted")
        return INTERRUPTED
    except Exception as error:
        # The last resort: a person shall see one line, and who can mend it a way to see all.
        if os.environ.get("CARHOUND_DEBUG"):
            raise
        _say(
            f"carhound: internal error: {type(error).__name__}: {error}; please report it",
            "  hint: CARHOUND_DEBUG=1 in the environment shows where it happened",
        )
        return FAILED
    return status if isinstance(status, int) else 0


def _usage(error: click.ClickException) -> list[str]:
    """What is wrong with the command line, and which help to ask for."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "carhound"
    message = f"carhound: {_lowered(error.format_message())}"
    return [message, f"  hint: '{command} --help' shows what there is"]


def _lowered(message: str) -> str:
    """click's sentence in the form of our messages."""
    text = message.strip().removesuffix(".")
    return text[:1].lower() + text[1:]


def _report(error: CarhoundError) -> int:
    import shutil

    from carhound.outputs.error_text import error_text

    click.echo(error_text(error, shutil.get_terminal_size((120, 24)).columns), err=True, nl=False)
    return FAILED


def _say(*lines: str) -> None:
    from carhound.outputs.escape import visible

    for line in lines:
        click.echo(visible(line), err=True)
