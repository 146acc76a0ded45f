"""The commands that can follow a pipe, one module each. To add one: its module, and its entry here."""

from collections.abc import Callable

from carhound.languages.spl.commands import (
    dedup,
    eval_,
    fields,
    head,
    regex,
    rename,
    sort,
    stats,
    table,
    top,
    where,
)
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import PipedCommand

COMMANDS: dict[str, Callable[[Cursor, int], PipedCommand]] = {
    "dedup": dedup.parse,
    "eval": eval_.parse,
    "fields": fields.parse,
    "head": head.parse,
    "regex": regex.parse,
    "rename": rename.parse,
    "sort": sort.parse,
    "stats": stats.parse,
    "table": table.parse,
    "top": top.parse,
    "where": where.parse,
}
