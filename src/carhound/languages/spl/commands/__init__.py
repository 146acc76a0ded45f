"""The commands, one module each. To add one: its module, and its entry here."""

from collections.abc import Callable

from carhound.languages.spl.commands import (
    append,
    dedup,
    eval_,
    fields,
    format_,
    head,
    inputlookup,
    join,
    lookup,
    regex,
    rename,
    return_,
    sort,
    stats,
    table,
    top,
    where,
)
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import PipedCommand

COMMANDS: dict[str, Callable[[Cursor, int], PipedCommand]] = {
    "append": append.parse,
    "dedup": dedup.parse,
    "eval": eval_.parse,
    "fields": fields.parse,
    "format": format_.parse,
    "head": head.parse,
    "inputlookup": inputlookup.parse,
    "join": join.parse,
    "lookup": lookup.parse,
    "regex": regex.parse,
    "rename": rename.parse,
    "return": return_.parse,
    "sort": sort.parse,
    "stats": stats.parse,
    "table": table.parse,
    "top": top.parse,
    "where": where.parse,
}

GENERATING = frozenset({"inputlookup"})
"""Commands that can come first, beside `search`."""
