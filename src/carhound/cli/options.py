"""The options that commands share, so that they mean the same everywhere."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

from carhound.errors import UsageError

if TYPE_CHECKING:
    from carhound.findings.run import Reading
    from carhound.outputs.render import Format

Command = TypeVar("Command", bound=Callable[..., Any])

_ALIASES: "dict[str, Format]" = {
    "table": "table",
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "csv": "csv",
}
_OF_FINDINGS: "dict[str, Format]" = {**_ALIASES, "navigator": "navigator", "timesketch": "timesketch"}
_WRITTEN = frozenset({"output", "report", "case"})
"""Parameters that name files that are written."""
_ROWS_HELP = (
    "table, for people; json, which holds everything; jsonl (or ndjson) or csv, with one finding or row "
    "per line"
)


class OutputOptions(Struct, frozen=True):
    """How the result is to be delivered."""

    style: "Format"
    target: Path | None
    """None is standard output."""
    quiet: bool
    exit_zero: bool
    report: Path | None = None
    """The HTML report."""
    case: Path | None = None
    """The case file."""


def evidence_argument(command: Command) -> Command:
    """EVIDENCE…: files, folders, patterns, and "-" for standard input."""
    return click.argument("evidence", nargs=-1, required=True, metavar="EVIDENCE...")(command)


def evidence_or_lake(command: Command) -> Command:
    """EVIDENCE…, or --lake and --catalog in its place."""
    return _apply(
        command,
        click.argument("evidence", nargs=-1, metavar="[EVIDENCE]..."),
        click.option(
            "--lake",
            metavar="DIR",
            help="Ask the lake in DIR, which 'carhound ingest' fills, in place of EVIDENCE. Relative times "
            "count from the clock then.",
        ),
        catalog_option,
    )


def catalog_option(command: Command) -> Command:
    """--catalog."""
    return click.option(
        "--catalog",
        metavar="NAME",
        help="The Iceberg catalogue of the lake, as pyiceberg is configured for it. Default: a file in DIR.",
    )(command)


def analytic_option(command: Command) -> Command:
    """--analytic."""
    return click.option(
        "-a",
        "--analytic",
        "analytics",
        multiple=True,
        metavar="REF",
        help="A CAR document (YAML, or a page in Markdown), a folder of them, a .spl file, "
        "savedsearches.conf, a detection of Splunk's security content (YAML), or the id of a bundled one, or "
        "'companions'. Can be given more than once. Default: the published ones.",
    )(command)


def reading_option(default: "Reading") -> Callable[[Command], Command]:
    """--reading."""
    return click.option(
        "--reading",
        type=click.Choice(["published", "corrected"]),
        default=default,
        show_default=True,
        help="Take the text as published, or with the corrections that the notes of the analytic name.",
    )


def tz_option(command: Command) -> Command:
    """--tz."""
    return click.option(
        "--tz",
        default="UTC",
        show_default=True,
        metavar="ZONE",
        help="The zone of calendar days and of times without one, for example Europe/Berlin.",
    )(command)


def mapping_option(command: Command) -> Command:
    """--mapping."""
    return click.option(
        "--mapping",
        "mappings",
        multiple=True,
        metavar="FILE",
        help="What the columns of your CSV, JSON, Parquet or Arrow files are called by Windows. Can be given "
        "more than once. 'carhound mapping SAMPLE' prints one to start from.",
    )(command)


def definition_options(command: Command) -> Command:
    """--macros, --lookup."""
    return _apply(
        command,
        click.option(
            "--macros",
            multiple=True,
            metavar="FILE",
            help="Macros that searches call, in the form of Splunk's macros.conf. Can be given more than "
            "once.",
        ),
        click.option(
            "--lookup",
            "lookups",
            multiple=True,
            metavar="NAME=FILE",
            help="The CSV file of a table that searches look things up in. Can be given more than once.",
        ),
    )


def time_options(command: Command) -> Command:
    """--now, --tz, --earliest, --latest."""
    return _apply(
        command,
        click.option(
            "--now",
            metavar="TIME",
            help="The moment that relative times count from: a time, or 'wall' for the clock. "
            "Default: just after the newest matching event.",
        ),
        tz_option,
        click.option(
            "--earliest",
            metavar="TIME",
            help="Leave out events before this, in searches that state no time of their own.",
        ),
        click.option("--latest", metavar="TIME", help="Leave out events at or after this, likewise."),
    )


def archive_options(command: Command) -> Command:
    """--archive-password, --archive-limit."""
    return _apply(
        command,
        click.option(
            "--archive-password",
            metavar="TEXT",
            envvar="CARHOUND_ARCHIVE_PASSWORD",
            help="Opens encrypted members of .zip archives. CARHOUND_ARCHIVE_PASSWORD in the environment "
            "keeps it out of the list of processes.",
        ),
        click.option(
            "--archive-limit",
            "archive_limits",
            multiple=True,
            metavar="LIMIT=NUMBER",
            help="What one file may unpack to: size (default 64G in all), ratio (200 times its size), "
            "members (100000), depth (3 archives in one another). Can be given more than once.",
        ),
    )


def counting_options(command: Command) -> Command:
    """--keep-duplicates, --count-all."""
    return _apply(
        command,
        click.option(
            "--keep-duplicates",
            is_flag=True,
            help="Count every record, as Splunk would, also where an event was met before.",
        ),
        click.option(
            "--count-all",
            is_flag=True,
            help="Read every event as a whole, also where nothing can match, and count repeats over all; "
            "needs temporary disk space.",
        ),
    )


def processes_option(command: Command) -> Command:
    """--processes."""
    return click.option(
        "--processes",
        metavar="N",
        type=click.IntRange(min=1),
        help="How many processes read evidence; 1 reads it in this one. Default: as many as there are "
        "processors to use, and 1 for less than 16 MB.",
    )(command)


def read_key(text: str | None) -> tuple[str, ...]:
    """The fields of --key, none where it is not given. Raises UsageError."""
    if text is None:
        return ()
    names = tuple(name.strip() for name in text.split(","))
    if not all(names) or len(set(names)) < len(names) or any("*" in name for name in names):
        raise UsageError(
            f"--key {text}: not a list of fields", hint="write it like CommandLine or Image,CommandLine"
        )
    return names


def recorded_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of the command as the result keeps them: without the password."""
    name = "--archive-password"
    hidden: list[str] = []
    for word in words:
        if word.startswith(name + "="):
            hidden.append(name + "=***")
        else:
            hidden.append("***" if hidden[-1:] == [name] else word)
    return tuple(hidden)


def zone_options(command: Command) -> Command:
    """--now, --tz."""
    return _apply(
        command,
        click.option(
            "--now",
            metavar="TIME",
            help="The moment that relative times count from: a time, or 'wall' for the clock. "
            "Default: just after the event, or with --evidence just after the newest matching one; "
            "without either the clock.",
        ),
        tz_option,
    )


def page_options(command: Command) -> Command:
    """--format, --output."""
    return delivery_options(["table", "json"], "table, for people, or json, which holds everything.")(command)


def delivery_options(styles: list[str], help_text: str) -> Callable[[Command], Command]:
    """--format with these styles, --output."""

    def options(command: Command) -> Command:
        return _apply(
            command,
            click.option(
                "-f",
                "--format",
                "style",
                type=click.Choice(styles),
                metavar="FORMAT",
                default="table",
                show_default=True,
                help=help_text,
            ),
            click.option(
                "-o",
                "--output",
                metavar="FILE",
                help="Write to FILE, whole or not at all, instead of standard output.",
            ),
        )

    return options


def output_options(command: Command) -> Command:
    """--hash, --format, --output, --quiet, --exit-zero."""
    return _output_options(command, list(_ALIASES), f"{_ROWS_HELP}.")


def findings_output_options(command: Command) -> Command:
    """Likewise, with the formats that are about findings alone, --report and --case."""
    command = _apply(
        command,
        click.option(
            "--report",
            metavar="FILE",
            help="Write a report to FILE as well: one HTML page for people that needs no network.",
        ),
        click.option(
            "--case",
            metavar="FILE",
            help="Write a case file to FILE as well: a .zip of the report, JSON, CSV, the matched events and "
            "hashes of all evidence, for another examiner. Implies --hash.",
        ),
    )
    help_text = (
        f"{_ROWS_HELP}; navigator, a layer for the ATT&CK Navigator; timesketch, JSON lines for Timesketch."
    )
    return _output_options(command, list(_OF_FINDINGS), help_text)


def _output_options(command: Command, styles: list[str], help_text: str) -> Command:
    return _apply(
        command,
        click.option("--hash", "hash_files", is_flag=True, help="Take the SHA-256 of every file read."),
        delivery_options(styles, help_text),
        click.option("-q", "--quiet", is_flag=True, help="No progress and no diagnostics on stderr."),
        click.option("--exit-zero", is_flag=True, help="Exit with 0, not 1, when something was found."),
    )


def read_output_options(
    evidence: tuple[str, ...],
    style: str,
    output: str | None,
    quiet: bool,
    exit_zero: bool,
    *,
    report: str | None = None,
    case: str | None = None,
) -> OutputOptions:
    """Checks what can be checked before evidence is read. Raises UsageError."""
    asked = {"--output": None if output == "-" else output, "--report": report, "--case": case}
    targets = {option: Path(name) for option, name in asked.items() if name is not None}
    for option, target in targets.items():
        _check(option, target, evidence)
    if len({target.resolve() for target in targets.values()}) < len(targets):
        raise UsageError(f"{' and '.join(targets)} name the same file", hint="give each a file of its own")
    return OutputOptions(
        _OF_FINDINGS[style],
        targets.get("--output"),
        quiet,
        exit_zero,
        targets.get("--report"),
        targets.get("--case"),
    )


def check_output(output: str | None, evidence: tuple[str, ...] = ()) -> None:
    """Checks --output before anything is read. Raises UsageError."""
    if output not in (None, "-"):
        _check("--output", Path(str(output)), evidence)


def _check(option: str, target: Path, evidence: tuple[str, ...]) -> None:
    from carhound.outputs.write import check_target

    check_target(target)
    if target.exists() and any(_holds(Path(path), target) for path in evidence):
        raise UsageError(f"{option} {target} would overwrite the evidence itself", hint="choose another file")
    if os.path.isfile(target) and any(os.path.samefile(name, target) for name in _files_named()):
        raise UsageError(f"{option} {target} would overwrite what is read", hint="choose another file")


def _files_named() -> Iterator[str]:
    """The files that the words of the command name, but for those it writes."""
    for name, value in click.get_current_context().params.items():
        if name not in _WRITTEN:
            words = value if isinstance(value, tuple) else (value,)
            yield from (word for word in words if isinstance(word, str) and os.path.isfile(word))


def _holds(evidence: Path, target: Path) -> bool:
    """Whether an existing file is the evidence, or lies below it."""
    if not evidence.exists():
        return False
    return target.resolve().is_relative_to(evidence.resolve()) or target.samefile(evidence)


def _apply(command: Command, *options: Callable[[Command], Command]) -> Command:
    """Puts options on a command so that its help shows them in the order given here."""
    for option in reversed(options):
        command = option(command)
    return command
