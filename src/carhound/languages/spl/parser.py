"""Text of a search to its syntax tree, and back."""

import re

from carhound.languages.spl import refused
from carhound.languages.spl.commands import COMMANDS, GENERATING, parser
from carhound.languages.spl.commands import search as search_command
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.search_expression import PipelineParser
from carhound.languages.spl.syntax import PipedCommand, Pipeline, Search
from carhound.languages.spl.words import take_keyword
from carhound.model.diagnostics import Diagnostic, Source
from carhound.model.suggestion import nearest

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_DEPTH = 5
_LONGEST = 100


def parse(source: Source) -> tuple[Pipeline, tuple[Diagnostic, ...]]:
    """The syntax tree of a search and the remarks made on the way. Raises LanguageError."""
    cursor = Cursor(source)
    if not source.text.strip():
        cursor.fail(
            "SPL-P1", "the search is empty", cursor.here(), 'write a search like EventCode=1 Image="*cmd.exe"'
        )
    first: Search | PipedCommand
    if not cursor.take("|"):
        take_keyword(cursor, "search")
        first = search_command.parse(cursor, _subsearch(1))
    else:
        first = _generating(cursor, 1)
    pipeline = _rest(cursor, first, 0)
    if cursor.peek() == "]":
        cursor.fail("SPL-P1", "this bracket closes nothing", cursor.here(), "drop it or open one before")
    return pipeline, tuple(cursor.remarks)


def _rest(cursor: Cursor, first: Search | PipedCommand, depth: int) -> Pipeline:
    commands: list[Search | PipedCommand] = [first]
    while cursor.take("|"):
        if len(commands) == _LONGEST:
            cursor.fail(
                "SPL-P1", f"more than {_LONGEST} commands in a row", cursor.here(), "shorten the search"
            )
        commands.append(_command(cursor, depth))
    return Pipeline(tuple(commands))


def _subsearch(depth: int) -> PipelineParser:
    def parse_subsearch(cursor: Cursor) -> Pipeline:
        if depth > _DEPTH:
            cursor.fail("SPL-P1", "subsearches are nested too deeply", cursor.here())
        cursor.take("|")
        outer = cursor.subsearch
        pipeline = _rest(cursor, _generating(cursor, depth + 1), depth)
        cursor.subsearch = outer
        return pipeline

    return parse_subsearch


def _generating(cursor: Cursor, depth: int) -> Search | PipedCommand:
    cursor.skip_blank()
    start = cursor.at
    if take_keyword(cursor, "search"):
        return search_command.parse(cursor, _subsearch(depth))
    match = _NAME.match(cursor.text, start)
    name = match[0] if match else ""
    span = cursor.span(start, start + max(1, len(name)))
    if name.lower() in GENERATING:
        return _command(cursor, depth - 1)
    hint = refused.COMMANDS.get(name.lower(), "start it with search")
    if name.lower() in COMMANDS:
        cursor.fail("SPL-P1", f"{name} needs rows to work on and cannot come first", span, hint)
    return cursor.fail("SPL-U1", f"{name or 'this'} is not supported as the first command", span, hint)


def _command(cursor: Cursor, depth: int) -> Search | PipedCommand:
    cursor.skip_blank()
    start = cursor.at
    match = _NAME.match(cursor.text, start)
    if match is None:
        return cursor.fail(
            "SPL-P1", f"expected a command {cursor.found()}", cursor.here(), "a pipe is followed by a command"
        )
    cursor.at = match.end()
    name = match[0].lower()
    if name == "search":
        return search_command.parse(cursor, _subsearch(depth + 1))
    if name not in COMMANDS:
        hint = refused.COMMANDS.get(name)
        if hint is None:
            near = nearest(name, ["search", *COMMANDS])
            hint = f"did you mean {near}?" if near else f"{refused.PAGE} lists the commands there are"
        return cursor.fail("SPL-U1", f"the command {match[0]} is not supported", cursor.span(start), hint)
    cursor.subsearch = _subsearch(depth + 1)
    return parser(name)(cursor, start)
