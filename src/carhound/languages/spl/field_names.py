"""Names of fields after a command, with blanks, commas or options between them."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.options import Options
from carhound.languages.spl.words import Word, end_of_command, peek_keyword, read_word

_NO_NAMES = frozenset({"as", "by", "sortby"})
"""Words that mean something in other places."""


def read_fields(cursor: Cursor, options: Options, *ends: str) -> tuple[Word, ...]:
    """Passes the names and options that come next, up to one of the words that end them."""
    names: list[Word] = []
    while not cursor.ends() and not any(peek_keyword(cursor, word) for word in ends):
        if not options.take(cursor):
            names.append(read_field(cursor, options.command))
        cursor.take(",")
    return tuple(names)


def read_some_fields(cursor: Cursor, options: Options, *ends: str) -> tuple[Word, ...]:
    """The same, where there has to be a name."""
    names = read_fields(cursor, options, *ends)
    if not names:
        command = options.command
        cursor.fail("SPL-P1", f"{command} needs a field name", cursor.here(), f"write {command} Image")
    return names


def read_one_field(cursor: Cursor, options: Options) -> Word:
    """Passes exactly one field name and the options around it, up to the end of the command."""
    name, *others = read_some_fields(cursor, options)
    if others or "*" in name.text:
        wrong = (others[-1] if others else name).span or cursor.here()
        hint = f"write {options.command} once for each field"
        cursor.fail("SPL-P1", f"{options.command} takes one field", wrong, hint)
    end_of_command(cursor, options.command)
    return name


def read_field(cursor: Cursor, command: str) -> Word:
    """Passes one field name."""
    word = read_word(cursor)
    if word is None:
        cursor.fail(
            "SPL-P1",
            f"{command} needs a field name {cursor.found()}",
            cursor.here(),
            f"write {command} Image",
        )
    span = word.span or cursor.here()
    if not word.quoted and (word.text.lower() in _NO_NAMES or word.text[0] in "+-"):
        hint = "quote it if it is a field's name"
        cursor.fail("SPL-U2", f"{command} does not take {word.text} here", span, hint)
    if cursor.text.startswith("(", cursor.at):
        hint = "make a field of it with eval before"
        cursor.fail("SPL-U2", f"{command} of {word.text}(…) is not supported", span, hint)
    return word
