"""The commands that can follow a pipe, one module each. To add one: its module, and its entry here."""

from collections.abc import Callable

from carhound.languages.spl.commands import (
    bin_,
    dedup,
    eval_,
    fields,
    filldown,
    fillnull,
    head,
    makemv,
    mvcombine,
    mvexpand,
    nomv,
    regex,
    rename,
    replace,
    reverse,
    rex,
    sort,
    stats,
    strcat,
    table,
    tail,
    top,
    where,
)
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import PipedCommand

COMMANDS: dict[str, Callable[[Cursor, int], PipedCommand]] = {
    "bin": bin_.parse,
    "bucket": bin_.parse,
    "dedup": dedup.parse,
    "discretize": bin_.parse,
    "eval": eval_.parse,
    "fields": fields.parse,
    "filldown": filldown.parse,
    "fillnull": fillnull.parse,
    "head": head.parse,
    "makemv": makemv.parse,
    "mvcombine": mvcombine.parse,
    "mvexpand": mvexpand.parse,
    "nomv": nomv.parse,
    "rare": top.parse_rare,
    "regex": regex.parse,
    "rename": rename.parse,
    "replace": replace.parse,
    "reverse": reverse.parse,
    "rex": rex.parse,
    "sort": sort.parse,
    "stats": stats.parse,
    "strcat": strcat.parse,
    "table": table.parse,
    "tail": tail.parse,
    "top": top.parse,
    "where": where.parse,
}

REFUSED: dict[str, str] = {
    "addinfo": "the result states the window of the run; write its times into eval where they are needed",
    "convert": "use eval with strftime(), strptime() or tonumber()",
    "spath": 'take the values out with rex: rex field=… max_match=0 "(?<name>…)"',
}
"""Commands of Splunk's that are not supported although others can do their work, and how."""
