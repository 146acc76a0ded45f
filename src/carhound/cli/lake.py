"""`carhound lake`: what a lake holds, whether it is whole, and keeping it in order."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from carhound.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., Any])

_EPILOG = """\
\b
Examples:
  carhound lake stats lake/
  carhound lake expire lake/ --older-than 400d

\b
Exit status:
  0  done, and for verify: whole
  1  verify: files are missing or damaged
  2  wrong usage, no such lake, or failure
"""


def _lake_options(command: Command) -> Command:
    command = click.option(
        "--catalog",
        metavar="NAME",
        help="The catalogue it was made with. Default: the SQLite file in its folder.",
    )(command)
    command = click.option(
        "--lake", "option", type=click.Path(path_type=Path), metavar="DIR", help="The lake, in place of DIR."
    )(command)
    return click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="DIR")(command)


@click.group(epilog=_EPILOG)
def lake() -> None:
    """Look after a lake that 'carhound ingest' has made."""
    from carhound.pipeline.lakes.libraries import need_lake

    need_lake()


@lake.command()
@_lake_options
def stats(folder: Path | None, option: Path | None, catalog: str | None) -> int:
    """Count events, days and files."""
    from carhound.outputs.lake_text import stats_lines
    from carhound.pipeline.lakes import upkeep

    return _say(stats_lines(upkeep.stats(_named(folder, option), catalog)))


@lake.command()
@_lake_options
def verify(folder: Path | None, option: Path | None, catalog: str | None) -> int:
    """Read every file, and name what is damaged."""
    from carhound.outputs.lake_text import check_lines
    from carhound.pipeline.lakes import upkeep

    check = upkeep.check(_named(folder, option), catalog)
    _say(check_lines(check))
    return 1 if check.problems else 0


@lake.command()
@_lake_options
def compact(folder: Path | None, option: Path | None, catalog: str | None) -> int:
    """Merge small files, so that searches are faster.

    The files of each day become few sorted ones. It may run beside an ingest. What ended runs have left is
    deleted when it is a day old.
    """
    from carhound.outputs.lake_text import compact_lines
    from carhound.pipeline.lakes import upkeep

    return _say(compact_lines(upkeep.compact(_named(folder, option), catalog)))


@lake.command()
@_lake_options
@click.option("--older-than", required=True, metavar="AGE", help="400d, 12mon or 2y before now.")
def expire(folder: Path | None, option: Path | None, catalog: str | None, older_than: str) -> int:
    """Remove days older than an age.

    That is whole days (UTC), by the time of the events. Their files are deleted by the next expire or compact
    a day later, when no search can be reading them.
    """
    from carhound.outputs.lake_text import expire_lines
    from carhound.pipeline.lakes import upkeep

    return _say(expire_lines(upkeep.expire(_named(folder, option), catalog, older_than)))


def _named(folder: Path | None, option: Path | None) -> Path:
    if (folder is None) == (option is None):
        raise UsageError("name one lake", hint="for example: carhound lake stats lake/")
    return folder or option or Path()


def _say(lines: Iterable[str]) -> int:
    for line in lines:
        click.echo(line)
    return 0
