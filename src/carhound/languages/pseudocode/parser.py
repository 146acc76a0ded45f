"""Text to syntax tree, the whole grammar: what a program can say, executed or not.

A statement ends where the next line starts another; anywhere else a line end is blank.
"""

from carhound.languages.pseudocode.commands import parse_expression
from carhound.languages.pseudocode.conditions import close, parse_condition
from carhound.languages.pseudocode.cursor import Cursor
from carhound.languages.pseudocode.lexer import RELATIONS, Token
from carhound.languages.pseudocode.remarks import Remarks
from carhound.languages.pseudocode.syntax import (
    Assign,
    Bare,
    Difference,
    Input,
    Output,
    Path,
    Program,
    Statement,
    Sum,
)

_LINE_HINT = "begin each statement on a line of its own"


def parse(tokens: tuple[Token, ...], remarks: Remarks) -> Program:
    """The tree of a program. Raises LanguageError."""
    cursor = Cursor(tokens, remarks)
    statements: list[Statement] = []
    while cursor.peek().kind != "end":
        statements.append(_statement(cursor))
        _check_ends(cursor)
        _check_alone(cursor, statements)
    if not statements:
        hint = "write at least a search"
        raise remarks.fail("PS-P1", "the program is empty", cursor.peek().span, hint)
    return Program(tuple(statements))


def _check_ends(cursor: Cursor) -> None:
    if cursor.ends():
        return
    if cursor.at_symbol(")", "]"):
        token = cursor.peek()
        hint = f"remove this `{token.text}` or open it before"
        raise cursor.remarks.fail("PS-P2", f"nothing is open that `{token.text}` closes", token.span, hint)
    raise cursor.unexpected("the end of the statement", _LINE_HINT)


def _check_alone(cursor: Cursor, statements: list[Statement]) -> None:
    bare = next((statement for statement in statements if isinstance(statement, Bare)), None)
    if bare is None:
        return
    if len(statements) > 1 or cursor.peek().kind != "end":
        hint = "put the condition into a filter: name = filter relation where (…)"
        raise cursor.remarks.fail("PS-P1", "a condition stands among statements", bare.span, hint)
    hint = "search an object and filter it"
    meaning = "a filter of all events"
    cursor.remarks.reading("PS-D3", "a condition without a search", meaning, bare.span, hint)


def _statement(cursor: Cursor) -> Statement:
    start = cursor.peek().span
    if cursor.at_words("input") and cursor.peek(1).kind == "name":
        cursor.take()
        return Input(cursor.name("a name", "write input NAME"), cursor.since(start))
    if cursor.at_words("output") or cursor.at_words("return"):
        return _output(cursor)
    if cursor.assignment() is not None and (assigned := _assign(cursor)) is not None:
        return assigned
    return Bare(parse_condition(cursor), cursor.since(start))


def _output(cursor: Cursor) -> Output:
    start = cursor.take().span
    hint = "name the relation to put out: output NAME"
    if cursor.at_symbol("("):
        opening = cursor.take()
        names = cursor.names("a name", hint)
        close(cursor, opening)
    else:
        names = cursor.names("a name", hint)
    return Output(names, cursor.since(start))


def _assign(cursor: Cursor) -> Assign | None:
    """None where `name = …` turns out to be a comparison."""
    mark = cursor.at
    target = cursor.path("a name", "write NAME = search Object:Action")
    cursor.take()
    token = cursor.peek()
    if token.kind in ("text", "number", "word") or token.lower == "null":
        cursor.at = mark
        return None
    value = parse_expression(cursor)
    compared = cursor.at_words("and") or cursor.at_words("or") or cursor.at_symbol(*RELATIONS)
    if isinstance(value, Path | Sum | Difference) and compared:
        cursor.at = mark
        return None
    return Assign(target, value, cursor.since(target.span))
