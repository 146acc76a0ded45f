"""Where a search cannot be parsed: the slip that was probably made there, and what to write in its place.

Slips are those of people who come from SQL, KQL, Sigma or a shell, and of those who know Splunk. Each is a
pattern over the text of one command, asked only after that command failed, so that it can never change how a
search is read.
"""

import re
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from carhound.model.diagnostics import Diagnostic

_FIELD = r"(?P<field>[A-Za-z_][\w.{}]*)"
_LIST = r"(?P<list>[^()\[\]|]+)"
_VALUE = r'(?P<value>"[^"]*"|[^\s()\[\]|"]+)'
_TEXT = r'"(?P<text>[^"]*)"'
_PIPED = r"(?!search$).*"
_QUOTED_OR_END = re.compile(r'"(?:\\.|[^"\\])*"?|(?P<end>[|\[\]])', re.DOTALL)
_FOLLOWING = "dedup|eval|fields|head|rare|regex|rename|rex|search|sort|stats|table|tail|timechart|top|where"
"""Commands that people write without the pipe before them."""

Mend = Callable[[re.Match[str]], str]


class _Slip(Struct, frozen=True):
    commands: str
    """Names of the commands in which it is made, as a pattern."""
    pattern: str
    hint: str | Mend
    """What to do, as a template of the match."""


_EXPRESSIONS = (
    ("missing )", "close the parenthesis, or write \\( for the character"),
    ("missing ]", "close the bracket, or write \\[ for the character"),
    ("no argument for repetition", "* repeats what stands before it: write .* for any text"),
)
"""What RE2 says of a regular expression, and what to do."""


def mended(diagnostic: Diagnostic) -> Diagnostic:
    """The error with a hint that is about the slip, where one is known; else as it is."""
    if diagnostic.source is None or diagnostic.span is None:
        return diagnostic
    if diagnostic.code == "SPL-R1":
        hints = [hint for reason, hint in _EXPRESSIONS if reason in diagnostic.message]
        return replace(diagnostic, hint=hints[0]) if hints else diagnostic
    text = diagnostic.source.text
    name, start, end = _command_at(text, diagnostic.span.start)
    at = diagnostic.span.start - start
    for slip in _SLIPS:
        if re.fullmatch(slip.commands, name) is None:
            continue
        for match in re.finditer(slip.pattern, text[start:end], re.DOTALL):
            if match.start() <= at <= match.end():
                hint = match.expand(slip.hint) if isinstance(slip.hint, str) else slip.hint(match)
                return replace(diagnostic, hint=hint)
    return diagnostic


def _command_at(text: str, at: int) -> tuple[str, int, int]:
    """The name of the command around an offset, in lower case, where it begins and where it ends."""
    start, end, piped = 0, len(text), False
    for match in _QUOTED_OR_END.finditer(text):
        if match["end"] is None:
            continue
        if match.start() > at and match["end"] == "|":
            end = match.start()
            break
        if match.start() < at and match["end"] != "]":
            start, piped = match.end(), True
    start += len(text[start:end]) - len(text[start:end].lstrip())
    name = text[start:end].partition(" ")[0].lower() if piped else "search"
    return name, start, end


def _in_list(match: re.Match[str]) -> str:
    values = [one for one in re.split(r"\s*,\s*|\s+(?:OR|or)\s+|\s+", match["list"].strip()) if one]
    return f"write {match['field']} IN ({', '.join(values)})"


def _like(match: re.Match[str]) -> str:
    return f'write like({match["field"]}, "{match["text"].replace("*", "%")}")'


def _doubled(text: str) -> str:
    return re.sub(r"\\+", lambda _: "\\\\", text)


def _path(match: re.Match[str]) -> str:
    return f'write {match["field"]}{match["operator"]}"{_doubled(match["text"])}"'


_TRANSLATED = {
    "columns": "table",
    "cut": "table",
    "distinct": "dedup",
    "extend": "eval",
    "filter": "search",
    "findstr": "search",
    "grep": "search",
    "having": "where",
    "limit": "head",
    "project": "table",
    "select": "table",
    "summarize": "stats",
    "take": "head",
    "uniq": "dedup",
}
"""What other languages and tools call a command -> Splunk's name."""

_SLIPS = (
    # search
    _Slip("search", rf"{_FIELD}\s+in\s*\({_LIST}\)", _in_list),
    _Slip("search", rf"{_FIELD}\s+IN\s*\[{_LIST}\]", _in_list),
    _Slip("search", rf"{_FIELD}\s+IN\s+(?P<list>[^\s,()|]+(?:\s*,\s*[^\s,()|]+)*)", _in_list),
    _Slip("search", rf"{_FIELD}\s*=\s*[(\[]{_LIST}[)\]]", _in_list),
    _Slip("search", rf"{_FIELD}\s*=\s*(?P<list>[^\s,()=|]+(?:\s*,\s*[^\s,()=|]+)+)(?=\s|$)", _in_list),
    _Slip("search", rf"\s*,\s*{_FIELD}\s*=", "write a blank in its place for AND, or write OR"),
    _Slip("search", rf"{_FIELD}\s*!==\s*{_VALUE}", r"write \g<field>!=\g<value>"),
    _Slip("search", rf"{_FIELD}\s*==\s*{_VALUE}", r"write \g<field>=\g<value>"),
    _Slip("search", rf"{_FIELD}\s*=(?P<sign>[<>])\s*{_VALUE}", r"write \g<field>\g<sign>=\g<value>"),
    _Slip("search", rf"{_FIELD}\s*<>\s*{_VALUE}", r"write \g<field>!=\g<value>"),
    _Slip(
        "search",
        rf'{_FIELD}\s*=\s*"(?P<text>[^"\s]+)(?=\s+(?:\w+\s*=|AND\b|OR\b|NOT\b|\|))[^"]*$',
        r'write \g<field>="\g<text>"',
    ),
    _Slip("search", r"NOT\s*$", "add a term after NOT, or drop it"),
    _Slip("search", rf"{_FIELD}\s*=~\s*{_TEXT}", r'write | regex \g<field>="\g<text>"'),
    _Slip(
        "search|where",
        r'"(?P<text>(?:[^"\\]|\\.)*?[^"\\])\\"\s*$',
        lambda match: f'write "{_doubled(match["text"])}\\\\"',
    ),
    _Slip("search", r"(?P<name>earliest|latest)=(?P<time>\d+[a-z]+\S*)", r"write \g<name>=-\g<time>"),
    _Slip("search", r"earliest=yesterday", "write earliest=-1d@d latest=@d"),
    _Slip("search", r"earliest=today", "write earliest=@d"),
    # what follows a pipe
    _Slip(_PIPED, r"^\|", "write | once; the operator is OR"),
    _Slip(_PIPED, r"^$", "drop the | at the end"),
    _Slip("count|c|dc|sum|avg|min|max|values|list", r"(?P<all>\w+\b.*\S|\w+)", r"write stats \g<all>"),
    _Slip("by", r"by\s+(?P<by>.*\S)", r"write stats count by \g<by>"),
    _Slip("group", r"group\s+by\s+(?P<by>.*\S)", r"write stats count by \g<by>"),
    _Slip("order", r"order\s+by\s+(?P<by>.*\S)", r"write sort \g<by>"),
    _Slip("wc", r"wc\b.*", "write stats count"),
    _Slip(
        "|".join(_TRANSLATED),
        r"(?P<name>\w+)(?P<rest>.*)",
        lambda match: f"write {_TRANSLATED[match['name'].lower()]}{match['rest']}".rstrip(),
    ),
    _Slip(
        _PIPED,
        rf"^{_FIELD}\s*(?P<operator>!?=|[<>]=?)\s*{_VALUE}",
        r"write search \g<field>\g<operator>\g<value>",
    ),
    # commands
    _Slip(
        r"\w*stats",
        r"stats\s+by\s+(?P<by>.+?)\s+(?P<of>count\b.*|\w+\(.*\).*)",
        r"write stats \g<of> by \g<by>",
    ),
    _Slip(r"\w*stats", r"stats\s+by\s+(?P<by>.*\S)", r"write stats count by \g<by>"),
    _Slip(r"\w*stats", r"group\s+by", "write by"),
    _Slip(r"\w*stats", rf"(?P<of>count)\s+(?!(?:as|by)\b){_FIELD}\s*$", r"write count by \g<field>"),
    _Slip(
        r"\w*stats",
        r"(?P<of>\w+)\((?P<one>[\w.]+)\s*,\s*(?P<two>[\w.]+)\)",
        r"write \g<of>(\g<one>) \g<of>(\g<two>)",
    ),
    _Slip("head|tail", r"(?P<name>\w+)\s+-(?:n\s*)?(?P<count>\d+)", r"write \g<name> \g<count>"),
    _Slip(
        "rename",
        rf"(?:rename|,)\s+{_FIELD}(?:\s*=\s*|\s+to\s+|\s+)(?P<new>[A-Za-z_][\w.]*)",
        r"write \g<field> AS \g<new>",
    ),
    _Slip("dedup|top|rare", r"(?P<name>\w+)\s+by\s+(?P<by>.*\S)", r"write \g<name> \g<by>"),
    _Slip("eval", rf"{_FIELD}\s*==\s*", r"write \g<field>="),
    _Slip("eval", r"eval\s+(?P<made>\w+\(.*\))\s+as\s+(?P<name>\w+)", r"write eval \g<name>=\g<made>"),
    _Slip("eval", rf"{_FIELD}\s+as\s+(?P<made>.*\S)", r"write \g<field>=\g<made>"),
    _Slip("eval", r"eval\s+(?P<name>\w+)\(", r"write eval result=\g<name>("),
    _Slip("eval", rf"(?<!eval)\s{_FIELD}\s*=(?!=)", r"write a comma before \g<field>="),
    _Slip("eval|where", r'(?P<one>"[^"]*")\s+(?P<two>"[^"]*")', r"write \g<one> . \g<two>"),
    _Slip("rex", rf"rex\s+{_FIELD}\s+{_TEXT}", r'write rex field=\g<field> "\g<text>"'),
    _Slip("timechart", r"timechart\s+(?P<span>\d+\w+)", r"write timechart span=\g<span>"),
    _Slip("regex", rf"{_FIELD}\s+{_TEXT}", r'write \g<field>="\g<text>"'),
    _Slip("regex", rf"{_FIELD}=(?P<text>[^\s\"]+)", r'write \g<field>="\g<text>"'),
    # expressions
    _Slip(
        "where|eval",
        r"\bif\s*\((?P<if>[^,()\s]+\s*[=<>!]+\s*[^,()\s]+),(?P<then>[^,()]*)\)",
        r"write if(\g<if>,\g<then>, null())",
    ),
    _Slip("where|eval", rf"{_FIELD}\s+contains\s+{_TEXT}", r'write like(\g<field>, "%\g<text>%")'),
    _Slip("where|eval", rf"{_FIELD}\s+startswith\s+{_TEXT}", r'write like(\g<field>, "\g<text>%")'),
    _Slip("where|eval", rf"{_FIELD}\s+endswith\s+{_TEXT}", r'write like(\g<field>, "%\g<text>")'),
    _Slip("where|eval", rf"{_FIELD}\s*(?:matches|rlike|=~)\s*{_TEXT}", r'write match(\g<field>, "\g<text>")'),
    _Slip("where|eval", rf"{_FIELD}\s+(?i:is\s+not\s+null)", r"write isnotnull(\g<field>)"),
    _Slip("where|eval", rf"{_FIELD}\s+(?i:is\s+null)", r"write isnull(\g<field>)"),
    _Slip(
        "where|eval",
        rf"{_FIELD}\s+(?i:between)\s+(?P<low>\S+)\s+(?i:and)\s+(?P<high>\S+)",
        r"write (\g<field>>=\g<low> AND \g<field><=\g<high>)",
    ),
    _Slip("where|eval", rf"{_FIELD}\s*<>\s*", r"write \g<field>!="),
    _Slip("where|eval", r"&&", "write AND"),
    _Slip("where|eval", rf"{_FIELD}\s*={{1,2}}\s*(?P<text>[^\s\"()|]*\*[^\s\"()|]*)", _like),
    _Slip("where|eval", rf"{_FIELD}\s*(?P<operator>!?=)\s*(?P<text>[A-Za-z]:\\[^\s\"()|]*)", _path),
    _Slip(
        "where|eval",
        r"(?i:(?P<word>\b(?:and|or|not)))\s*$",
        r"add a condition after \g<word>, or drop it",
    ),
    _Slip("where|eval", r"(?P<sign>[-+*/.=<>])\s*$", r"write a field or a value after \g<sign>"),
    _Slip("where|eval", r"\)", "drop this parenthesis, or open one before"),
    # anything
    _Slip(".*", rf"\s(?P<next>{_FOLLOWING})\s[^|]*", r"write | \g<next>"),
)
