"""A group of commands that knows their names and summaries, and imports a command when it is called."""

import importlib
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

import click


class CommandEntry(NamedTuple):  # msgspec would make help wait
    """A command that has not been imported yet."""

    module: str
    """Holds the command under the command's own name."""
    summary: str


class LazyGroup(click.Group):
    """Shows its help without importing any command."""

    def __init__(self, *args: Any, entries: Mapping[str, CommandEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # as click has it
        """The commands in the order in which they are entered."""
        return list(self._entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Imports the command of this name; None where there is none."""
        entry = self._entries.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(importlib.import_module(entry.module), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Writes the summaries as entered."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self._entries.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it; one that does not exist is answered with the nearest one, a path with `hunt`."""
        name = args[0]
        if name not in self._entries and not name.startswith("-"):
            if os.path.exists(name):
                raise click.UsageError(
                    f"{name!r} is a path, not a command. Did you mean 'carhound hunt {name}'?", ctx
                )
            raise click.NoSuchCommand(name, possibilities=self._entries, ctx=ctx)
        return super().resolve_command(ctx, args)
