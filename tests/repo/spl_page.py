"""The page of what is run of SPL, made from the code: `python -m tests.repo.spl_page` writes it."""

import re
import sys
from itertools import groupby
from pathlib import Path

from carhound.languages.spl import refused
from carhound.languages.spl.commands import COMMANDS
from carhound.languages.spl.commands import search as search_command
from carhound.plan.aggregates import AGGREGATES
from carhound.plan.functions import ANY, FUNCTIONS, Function

PAGE = Path(__file__).parents[2] / refused.PAGE

_INTRODUCTION = """\
# SPL: what is run

Every command and function of Splunk's search language that carhound runs, and what it refuses, with what to
use instead. What runs follows Splunk's Search Reference.
Of a search over a lake, SQL runs what it can say exactly and the interpreter the rest.

## Where it differs from Splunk on purpose

- **Nothing is cut off.** `sort` keeps all rows (Splunk: 10,000), `list()` all values (100), subsearches,
  `append` and `join` all rows and take their time (10,000 or 50,000 rows, 60 seconds). Write `sort 10000`,
  `head`, `maxout=` where a limit is meant.
- **Aggregates are exact.** Sums and means do not depend on the order of the rows; `dc`, `estdc` and all
  percentiles look at every value. A percentile is a value that is there, by nearest rank.
- **Events stand for themselves.** Fields are those of the record, with nothing extracted from `_raw` while
  searching: use `rex`. A literal `index`, `source` or `sourcetype` selects nothing, with a note; what is
  Sysmon's, the Security log's or the System log's is told from the event.
- **Now is told from the evidence**, just after the newest event that counts, so that `earliest=-30d` means
  something in old logs; `--now` sets it. A lake goes by the clock. Days begin at midnight of `--tz`, UTC
  unless told.
- **A time is shown as ISO 8601** in `_time` and is seconds since 1970 for eval and aggregates; other fields
  made of it are numbers until `strftime()`.
- **Regular expressions run on RE2**: no look-around and no back-references; such a search is refused.
- **`tstats` has no summaries.** It reads the events of Sysmon themselves, and knows of Splunk's data models
  Processes, Filesystem and Registry of Endpoint. `by _time` without `span=` is by the exact times.
- **What is not run is refused by name**, before anything is read, with a way out. What looks like a slip is
  run as written, with a warning.

Readings where Splunk's documentation is silent, all of them ours, stand in [known gaps](../known-gaps.md).
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_INTRODUCTION, *_commands(), *_aggregates(), *_functions(), *_refused()])


def _commands() -> list[str]:
    modules = {"search": search_command.__name__} | {name: made.__module__ for name, made in COMMANDS.items()}
    rows = [
        f"| `{name}` | {_cell(_first_sentence(sys.modules[module].__doc__ or ''))} |"
        for name, module in sorted(modules.items())
    ]
    return ["## Commands", "", "| command | what it does |", "|---|---|", *rows, ""]


def _first_sentence(text: str) -> str:
    """What a module says of its command, after the command's name."""
    paragraph = " ".join(text.split("\n\n")[0].split())
    return re.sub(r"^(`\w+`(, | and )?)+: ", "", paragraph)


def _aggregates() -> list[str]:
    lines = [
        "## Aggregates of stats, eventstats, streamstats, chart and timechart",
        "",
        "By the page of the Search Reference that describes them. Sums are exact, and so are percentiles, by",
        "nearest rank; `list` keeps all values, where Splunk keeps 100.",
        "",
        "| page | aggregates |",
        "|---|---|",
    ]
    by_family = sorted(AGGREGATES.items(), key=lambda item: (item[1].family, item[0]))
    for family, members in groupby(by_family, key=lambda item: item[1].family):
        listed = ", ".join(
            f"`{_named(one, name)}`" for name, known in members for one in (name, *known.aliases)
        )
        lines.append(f"| {family} | {listed} |")
    return [*lines, ""]


def _named(spelling: str, name: str) -> str:
    return f"{spelling}95" if AGGREGATES[name].ranked else spelling


def _functions() -> list[str]:
    lines = [
        "## Functions of eval and where",
        "",
        "By the page of the Search Reference that describes them; in brackets how many arguments each takes.",
        "",
        "| page | functions |",
        "|---|---|",
    ]
    by_family = sorted(FUNCTIONS.items(), key=lambda item: (item[1].family, item[0]))
    for family, members in groupby(by_family, key=lambda item: item[1].family):
        listed = ", ".join(f"`{name}` ({_arguments(function)})" for name, function in members)
        lines.append(f"| {family} | {listed} |")
    return [*lines, ""]


def _arguments(function: Function) -> str:
    least, most = function.least, function.most
    if most >= ANY:
        return f"{least}+"
    return str(least) if least == most else f"{least}–{most}"


def _refused() -> list[str]:
    lines = [
        "## Refused",
        "",
        "A search that uses one of these is not run; the error says what stands here.",
        "",
    ]
    lines += ["| command, function or aggregate | why, and what to use instead |", "|---|---|"]
    names = [(name, why) for name, why in refused.COMMANDS.items()]
    called = {**refused.FUNCTIONS, **refused.AGGREGATES}
    names += [(f"{name}()", why) for name, why in called.items()]
    return [*lines, *(f"| `{name}` | {_cell(why)} |" for name, why in sorted(names)), ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
