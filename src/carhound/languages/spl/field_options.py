"""Options of commands that take fields: `name=value` in any order, before, between or after the names."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.named_options import NO, OPTION, YES
from carhound.languages.spl.words import (
    Word,
    end_of_command,
    peek_keyword,
    quote,
    read_quoted,
    read_word,
    refuse_no_name,
    unescape_text,
)
from carhound.model.suggestion import nearest

Reader = Callable[[Cursor, str], Any]
"""Reads the value of the option of this name."""


def take_option(cursor: Cursor, command: str, readers: Mapping[str, Reader], options: dict[str, Any]) -> bool:
    """Passes one option into `options`, if one comes next; fails where the command has none of that name."""
    cursor.skip_blank()
    start = cursor.at
    match = OPTION.match(cursor.text, start)
    if match is None:
        return False
    name = match[1].lower()
    reader = readers.get(name)
    span = cursor.span(start, start + len(name))
    if reader is None:
        near = nearest(name, readers)
        hint = f"did you mean {near}=?" if near else f"supported: {', '.join(sorted(readers)) or 'none'}"
        cursor.fail("SPL-U2", f"{command} does not take {match[1]}=", span, hint)
    if name in options:
        cursor.fail("SPL-P1", f"{name}= is given twice", span, "keep one of them")
    cursor.at = match.end()
    options[name] = reader(cursor, name)
    return True


def read_fields(
    cursor: Cursor,
    command: str,
    readers: Mapping[str, Reader],
    options: dict[str, Any],
    until: Collection[str] = (),
) -> tuple[Word, ...]:
    """Passes field names with blanks, commas or options between, up to one of the keywords or the end."""
    names: list[Word] = []
    while not cursor.ends() and not any(peek_keyword(cursor, word) for word in until):
        if take_option(cursor, command, readers, options):
            continue
        names.append(read_field(cursor, command))
        cursor.take(",")
    return tuple(names)


def read_field(cursor: Cursor, command: str) -> Word:
    """Passes one field name."""
    cursor.skip_blank()
    start = cursor.at
    word = read_word(cursor)
    if word is None:
        cursor.fail(
            "SPL-P1",
            f"{command} needs a field name {cursor.found()}",
            cursor.here(),
            f"write {command} Image",
        )
    refuse_no_name(cursor, command, word, start)
    return word


def read_one_field(
    cursor: Cursor, command: str, readers: Mapping[str, Reader], options: dict[str, Any]
) -> Word:
    """Passes exactly one field name and the options around it, up to the end of the command."""
    names = read_fields(cursor, command, readers, options)
    if not names:
        cursor.fail("SPL-P1", f"{command} needs a field name", cursor.here(), f"write {command} Image")
    if len(names) > 1 or "*" in names[0].text:
        wrong = names[-1].span or cursor.here()
        cursor.fail("SPL-P1", f"{command} takes one field", wrong, f"write {command} once for each field")
    end_of_command(cursor, command)
    return names[0]


def truth(cursor: Cursor, name: str) -> bool:
    """Reads true or false, as Splunk writes them."""
    word = read_word(cursor, value=True)
    if word is None or word.text.lower() not in YES | NO:
        _wrong(cursor, word, f"{name}= takes true or false", f"write {name}=true")
    return word.text.lower() in YES


def whole(cursor: Cursor, name: str) -> int:
    """Reads a whole number from 0 on."""
    word = read_word(cursor, value=True)
    if word is None or not (word.text.isascii() and word.text.isdecimal()):
        _wrong(cursor, word, f"{name}= takes a whole number", f"write {name}=10")
    return int(word.text[:_DIGITS])


def text(cursor: Cursor, name: str) -> str:
    """Reads a text, quoted or bare. In quotes it may be empty, and unknown escapes keep their backslash."""
    if cursor.peek() == '"':
        return unescape_text(read_quoted(cursor)[0])
    word = read_word(cursor, value=True)
    if word is None:
        _wrong(cursor, word, f"{name}= needs a value", f'write {name}="…"')
    return word.text


def refused(hint: str) -> Reader:
    """For an option of Splunk's that is not supported."""

    def fail(cursor: Cursor, name: str) -> NoReturn:
        cursor.fail("SPL-U2", f"{name}= is not supported", cursor.here(), hint)

    return fail


def show_options(options: Mapping[str, object], defaults: Mapping[str, object]) -> str:
    """The options that are not at their default, each with a blank before it."""
    return "".join(
        f" {name}={_show(value)}" for name, value in options.items() if value != defaults.get(name)
    )


def _show(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else quote(str(value))


def _wrong(cursor: Cursor, word: Word | None, message: str, hint: str) -> NoReturn:
    place = word.span if word is not None and word.span is not None else cursor.here()
    cursor.fail("SPL-P1", message, place, hint)


_DIGITS = 18
"""Of a number; Python refuses to read very long ones."""
