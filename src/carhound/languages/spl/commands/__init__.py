"""The commands, one module each. To add one: its module, and its entry here.

Modules are loaded when a search first needs them: most need a few, and all take as long as a small hunt.
"""

from collections.abc import Callable
from importlib import import_module

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import PipedCommand

COMMANDS: dict[str, str] = {
    "append": "append.parse",
    "bin": "bin_.parse",
    "bucket": "bin_.parse",
    "chart": "chart.parse",
    "dedup": "dedup.parse",
    "discretize": "bin_.parse",
    "eval": "eval_.parse",
    "eventstats": "eventstats.parse",
    "fields": "fields.parse",
    "filldown": "filldown.parse",
    "fillnull": "fillnull.parse",
    "format": "format_.parse",
    "head": "head.parse",
    "inputlookup": "inputlookup.parse",
    "join": "join.parse",
    "lookup": "lookup.parse",
    "makemv": "makemv.parse",
    "makeresults": "makeresults.parse",
    "mvcombine": "mvcombine.parse",
    "mvexpand": "mvexpand.parse",
    "nomv": "nomv.parse",
    "rare": "top.parse_rare",
    "regex": "regex.parse",
    "rename": "rename.parse",
    "replace": "replace.parse",
    "return": "return_.parse",
    "reverse": "reverse.parse",
    "rex": "rex.parse",
    "sort": "sort.parse",
    "stats": "stats.parse",
    "strcat": "strcat.parse",
    "streamstats": "streamstats.parse",
    "table": "table.parse",
    "tail": "tail.parse",
    "timechart": "timechart.parse",
    "top": "top.parse",
    "tstats": "tstats.parse",
    "where": "where.parse",
}
"""The function that parses each, behind its module."""

GENERATING = frozenset({"inputlookup", "makeresults", "tstats"})
"""Commands that can come first, beside `search`."""


def parser(name: str) -> Callable[[Cursor, int], PipedCommand]:
    """The function that parses a command of `COMMANDS`."""
    module, function = COMMANDS[name].split(".")
    parse: Callable[[Cursor, int], PipedCommand] = getattr(import_module(f"{__name__}.{module}"), function)
    return parse
