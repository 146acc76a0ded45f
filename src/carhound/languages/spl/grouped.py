"""What stats and its kin have in common: aggregates, and what they are grouped by."""

from carhound.languages.spl.aggregates import read_aggregate
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.field_names import read_some_fields
from carhound.languages.spl.options import Options
from carhound.languages.spl.words import Word, peek_keyword, show_name, take_keyword
from carhound.plan.nodes import Aggregation
from carhound.plan.predicates import Field

UNCHANGED = "leave it out: it changes nothing here"
EACH = "use makemv or mvexpand before, or leave it out: a field with several values counts once for each"
NUMBERS_ALONE = "leave it out: values that are no numbers are left out of sums one by one"


def read_aggregates(cursor: Cursor, options: Options, *ends: str) -> tuple[Aggregation, ...]:
    """Passes aggregates, with options before and between them, up to one of the words that end them."""
    found: list[Aggregation] = []
    while not cursor.ends() and not (found and any(peek_keyword(cursor, word) for word in ends)):
        if not options.take(cursor):
            found.append(read_aggregate(cursor))
        cursor.take(",")
    if not found:
        name = options.command
        cursor.fail("SPL-P1", f"{name} needs an aggregate", cursor.here(), f"write {name} count")
    return tuple(found)


def read_by(cursor: Cursor, options: Options) -> tuple[Field, ...]:
    """Passes the fields after `by`, with options between them, where `by` comes next."""
    return read_groups(cursor, options) if take_keyword(cursor, "by") else ()


def read_groups(cursor: Cursor, options: Options, *ends: str) -> tuple[Field, ...]:
    """Passes one or more fields, with options between them, up to one of the words that end them."""
    return tuple(_group(cursor, options.command, name) for name in read_some_fields(cursor, options, *ends))


def _group(cursor: Cursor, command: str, name: Word) -> Field:
    span = name.span or cursor.here()
    if not name.quoted and name.text.lower() in ("over", "where"):
        hint = "quote it if it is a field's name"
        cursor.fail("SPL-U2", f"{command} does not take {name.text} here", span, hint)
    if "*" in name.text:
        hint = "name the fields one by one"
        cursor.fail("SPL-U2", f"{command} by fields like {name.text} is not supported", span, hint)
    return Field(name.text)


def show_by(by: tuple[Field, ...]) -> str:
    """The fields after `by`, as text that parses to the same."""
    return f" BY {', '.join(show_name(one.name) for one in by)}" if by else ""
