"""The commands, one module each. To add one: its module, and its entry here."""

from collections.abc import Callable

from carhound.languages.spl.commands import (
    append,
    chart,
    dedup,
    eval_,
    eventstats,
    fields,
    format_,
    head,
    inputlookup,
    join,
    lookup,
    makeresults,
    regex,
    rename,
    return_,
    sort,
    stats,
    streamstats,
    table,
    timechart,
    top,
    tstats,
    where,
)
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import PipedCommand

COMMANDS: dict[str, Callable[[Cursor, int], PipedCommand]] = {
    "append": append.parse,
    "chart": chart.parse,
    "dedup": dedup.parse,
    "eval": eval_.parse,
    "eventstats": eventstats.parse,
    "fields": fields.parse,
    "format": format_.parse,
    "head": head.parse,
    "inputlookup": inputlookup.parse,
    "join": join.parse,
    "lookup": lookup.parse,
    "makeresults": makeresults.parse,
    "regex": regex.parse,
    "rename": rename.parse,
    "return": return_.parse,
    "sort": sort.parse,
    "stats": stats.parse,
    "streamstats": streamstats.parse,
    "table": table.parse,
    "timechart": timechart.parse,
    "top": top.parse,
    "tstats": tstats.parse,
    "where": where.parse,
}

GENERATING = frozenset({"inputlookup", "makeresults", "tstats"})
"""Commands that can come first, beside `search`."""
