"""The commands that can follow a pipe, one module each. To add one: its module, and its entry here."""

from collections.abc import Callable

from carhound.languages.spl.commands import (
    chart,
    dedup,
    eval_,
    eventstats,
    fields,
    head,
    regex,
    rename,
    sort,
    stats,
    streamstats,
    table,
    timechart,
    top,
    where,
)
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import PipedCommand

COMMANDS: dict[str, Callable[[Cursor, int], PipedCommand]] = {
    "chart": chart.parse,
    "dedup": dedup.parse,
    "eval": eval_.parse,
    "eventstats": eventstats.parse,
    "fields": fields.parse,
    "head": head.parse,
    "regex": regex.parse,
    "rename": rename.parse,
    "sort": sort.parse,
    "stats": stats.parse,
    "streamstats": streamstats.parse,
    "table": table.parse,
    "timechart": timechart.parse,
    "top": top.parse,
    "where": where.parse,
}
