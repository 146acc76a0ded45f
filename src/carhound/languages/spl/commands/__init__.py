"""The commands that can follow a pipe, one module each. To add one: its module, and its entry here."""

from collections.abc import Callable

from carhound.languages.spl.commands import (
    append,
    dedup,
    eval_,
    fields,
    format_,
    head,
    join,
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
    "join": join.parse,
    "regex": regex.parse,
    "rename": rename.parse,
    "return": return_.parse,
    "sort": sort.parse,
    "stats": stats.parse,
    "table": table.parse,
    "top": top.parse,
    "where": where.parse,
}
