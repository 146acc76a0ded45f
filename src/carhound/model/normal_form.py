"""The normal form of a command line: what differs from one start of a program to the next becomes a word.

Two starts of one updater, with another temporary folder and another user, have one normal form. It is for
telling new from known, never for matching: what an analytic asks is asked of the value itself.

| word     | stands for |
|----------|------------|
| `<guid>` | a GUID |
| `<sid>`  | a security identifier |
| `<date>` | a date in ISO 8601, with its time where one follows |
| `<hex>`  | a word of 8 or more hexadecimal digits, both letters and numbers, or one that begins with 0x |
| `<tmp>`  | the random name of a temporary file: tmpA1B2.tmp, ~DF3C.tmp, is-K4Q2B.tmp, mso1F2A.tmp |
| `<user>` | the name of a profile below Users or Documents and Settings; not Public, Default, All Users |
| `<n>`    | a number that stands alone, one of 4 or more digits anywhere, numbers joined by dots |

Letter case is folded, and white space of any length is one blank. The form of a form is itself.
"""

import re
from functools import cache

from carhound.model.folding import fold

# Repeats are possessive or bounded, and begin where a word begins: the time grows with the text alone.
_EDGE = r"(?<!\w)(?<!<n>)"
_END = r"(?!\w|<n>)"
_TEMPORARY = (
    r"~df[0-9a-f]{1,16}",
    r"tmp\w{1,12}",
    r"is-[0-9a-z]{5}",
    r"(?=[^.]{0,6}\d)~?[a-z]{1,3}[0-9a-f]{1,4}",
)
_WORDS = rf"""
      (?P<guid>{_EDGE}[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}{_END})
    | (?P<sid>{_EDGE}s-1-\d++(?:-\d++)++{_END})
    | (?P<date>{_EDGE}\d{{4}}-\d\d-\d\d(?:t\d\d:\d\d(?::\d\d(?:\.\d{{1,9}})?)?z?)?{_END})
    | (?P<tmp>(?<![\w~-])(?<!<n>)(?:{"|".join(_TEMPORARY)})\.tmp{_END})
    | (?P<profile>(?<=[:$%])[\\/]{{1,2}}(?:users|documents\ and\ settings)[\\/]{{1,2}})
      (?!(?:public|default|all\ users|default\ user)[\\/])
      (?: [^\\/:*?"<>|]{{0,63}}[^\\/:*?"<>|\s](?=\\) | [^\\/:*?"<>|\s]++ )
    | (?P<hex>{_EDGE}(?:0x[0-9a-f]++|(?=[a-f]*+\d)(?=\d*+[a-f])[0-9a-f]{{8,}}+){_END})
    | (?P<n>\d++(?:\.\d++)++|\d{{4,}}+|{_EDGE}\d++{_END})
    """


def normal_form(command_line: str) -> str:
    """The command line with what changes from start to start replaced; see the table above."""
    return _pattern().sub(_word, " ".join(fold(command_line).split()))


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(_WORDS, re.VERBOSE)  # takes a millisecond, and few runs ask for it


def _word(match: re.Match[str]) -> str:
    if (profile := match["profile"]) is not None:
        return profile + "<user>"
    return f"<{match.lastgroup}>"
