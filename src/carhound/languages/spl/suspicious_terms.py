"""Terms of a search that Splunk accepts and that are surely not meant: read as they stand, with a warning.

Words are told from slips by what stands beside them in the text: `stats` alone is a word to be found in an
event, `stats count` is a command whose pipe is missing.
"""

import re
from collections.abc import Iterator, Sequence

from carhound.languages.spl.syntax import (
    BareTerm,
    Comparison,
    Conjunction,
    Disjunction,
    Membership,
    Negated,
    SearchExpression,
    Subsearch,
)
from carhound.languages.spl.words import Word
from carhound.model.diagnostics import Diagnostic, Source, Span
from carhound.model.windows_fields import EVENT_FIELDS

_Leaf = Comparison | Membership | BareTerm

_COMMANDS = frozenset(
    {
        *("bin", "chart", "dedup", "eval", "eventstats", "fields", "head", "rare", "regex", "rename", "rex"),
        *("search", "sort", "stats", "streamstats", "table", "tail", "timechart", "top", "where"),
    }
)
_FIELDS = frozenset(
    {
        *("EventCode", "EventID", "Image", "ComputerName"),
        *(name for fields in EVENT_FIELDS.values() for name in fields if re.search("[a-z][A-Z]", name)),
    }
)
"""Names that are no word of a language as well."""
_FOREIGN = {
    "contains": "*{}*",
    "endswith": "*{}",
    "equals": "{}",
    "has": "*{}*",
    "ilike": "{}",
    "like": "{}",
    "startswith": "{}*",
}
"""Operators of other languages, and the pattern that says the same."""
_TABLES = frozenset(
    {
        *("DeviceEvents", "DeviceFileEvents", "DeviceImageLoadEvents", "DeviceNetworkEvents"),
        *("DeviceProcessEvents", "DeviceRegistryEvents", "SecurityEvent", "SysmonEvent", "WindowsEvent"),
    }
)
"""Tables that queries in KQL begin with."""
_QUOTES = {"'": "'", "“": "”", "”": "”", "„": "“", "«": "»", "‘": "’", "’": "’", "`": "`"}
_MISSPELT = {
    **dict.fromkeys(
        ("ealiest", "earlest", "earlies", "earliest", "earliset", "earlist", "erliest"), "earliest"
    ),
    **dict.fromkeys(("lastest", "lates", "latest", "lateset", "latests", "latst"), "latest"),
}
_TOKEN = re.compile(r"\$[\w.:|]+\$")
_NUMBER = r"\d+"
_CONTINUES = r"(?i)(?!\w:|\\)[\w()]+.*\\|Files$"
"""What stands behind a blank in a path: `Files\\a.exe`, and no path of its own."""


def suspicious_terms(expression: SearchExpression, source: Source) -> Iterator[Diagnostic]:
    """A warning for every slip, with what to write in the place of the marked text."""
    leaves = list(_leaves(expression))
    told = _Told(source)
    if leaves and (language := told.other_language(leaves)) is not None:
        yield language
        return
    for alternatives in _disjunctions(expression):
        yield from told.values_alone(alternatives)
    for at, leaf in enumerate(leaves):
        following = leaves[at + 1 : at + 3]
        if (missing := told.missing_pipe(leaf, following, first=at == 0)) is not None:
            yield missing
            return  # what follows is read wrongly as well
        yield from told.of_leaf(leaf)
        yield from told.beside(leaf, following)


def _leaves(expression: SearchExpression) -> Iterator[_Leaf]:
    match expression:
        case Conjunction(items) | Disjunction(items):
            for item in items:
                yield from _leaves(item)
        case Negated(item):
            yield from _leaves(item)
        case Subsearch():
            return
        case _:
            yield expression


def _disjunctions(expression: SearchExpression) -> Iterator[Sequence[SearchExpression]]:
    match expression:
        case Disjunction(items):
            yield items
            for item in items:
                yield from _disjunctions(item)
        case Conjunction(items):
            for item in items:
                yield from _disjunctions(item)
        case Negated(item):
            yield from _disjunctions(item)
        case _:
            return


class _Told:
    """Makes the remarks about one text."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def other_language(self, leaves: Sequence[_Leaf]) -> Diagnostic | None:
        """A search that begins as a query in SQL or KQL does."""
        first = _bare(leaves[0]) or ""
        words = [(_bare(leaf) or "").lower() for leaf in leaves]
        if words[0] == "select" and "from" in words:
            message = "this begins as SQL does: a search begins with its conditions, and columns come last"
            return self._warn("SPL-L4", message, leaves[0].span, "write EventCode=1 | table Image")
        if len(leaves) == 1 and first in _TABLES:
            message = f"{first} is a word to be found in the event: searches name no table"
            return self._warn("SPL-L4", message, leaves[0].span, "write *")
        return None

    def missing_pipe(self, leaf: _Leaf, following: Sequence[_Leaf], *, first: bool) -> Diagnostic | None:
        word = _bare(leaf)
        if word not in _COMMANDS or not following or not self._touch(leaf, following[0]):
            return None
        if word == "search" and _bare(following[0]) == "*":
            return None  # what the filter macros of Splunk's detections stand for
        message = f"{word} is a word to be found in the event here, no command: the pipe before it is missing"
        return self._warn("SPL-L2", message, leaf.span, f"write {'* ' if first else ''}| {word}")

    def of_leaf(self, leaf: _Leaf) -> Iterator[Diagnostic]:
        match leaf:
            case BareTerm(word):
                yield from self._quotes(word)
                yield from self._foreign_term(word)
            case Membership(name, values):
                yield from self._quotes(name)
                for value in values:
                    yield from self._quotes(value)
            case Comparison(name, operator, value):
                yield from self._quotes(name)
                yield from self._quotes(value)
                yield from self._value(name, operator, value)

    def beside(self, leaf: _Leaf, following: Sequence[_Leaf]) -> Iterator[Diagnostic]:
        """Slips that a term makes with those right behind it."""
        if not following or not self._touch(leaf, following[0]):
            return
        second = following[0]
        pattern = _FOREIGN.get((_bare(second) or "").lower())
        if pattern is not None and isinstance(leaf, BareTerm) and _is_name(leaf.word):
            if (
                len(following) == 2
                and isinstance(third := following[1], BareTerm)
                and self._touch(second, third)
            ):
                value = pattern.format(third.word.text.strip("%*"))
                if pattern == "{}":
                    value = third.word.text.replace("%", "*")
                message = f"{_bare(second)} is a word to be found in the event: search has no such operator"
                yield self._warn(
                    "SPL-L4", message, _over(leaf, third), f'write {leaf.word.text}="{_doubled(value)}"'
                )
        elif isinstance(second, BareTerm) and isinstance(leaf, BareTerm) and _bare(leaf) in _FIELDS:
            message = f"{leaf.word.text} is a word to be found in the event: the = behind it is missing"
            hint = f"write {leaf.word.text}={self._text(second.span)}"
            yield self._warn("SPL-L5", message, _over(leaf, second), hint)
        elif isinstance(leaf, Comparison) and self._splits_path(leaf.value, second):
            begin = 0 if leaf.value.span is None else leaf.value.span.start
            end = 0 if second.span is None else second.span.end
            value = _doubled(self._source.text[begin:end])
            message = (
                "the value ends at the blank: a value with blanks needs quotes, which a shell may have taken"
            )
            hint = f'write {leaf.name.text}{leaf.operator}"{value}"'
            yield self._warn("SPL-L5", message, _over(leaf, second), hint)

    def values_alone(self, items: Sequence[SearchExpression]) -> Iterator[Diagnostic]:
        """`EventCode=1 OR 2`: the second value has no field."""
        for at, item in enumerate(items):
            if not isinstance(item, Comparison) or item.operator != "=":
                continue
            alone = []
            for other in items[at + 1 :]:
                if not isinstance(other, BareTerm) or not _stands_alone(item.value, other.word):
                    break
                alone.append(other)
            if alone:
                values = ", ".join(
                    self._text(span) for span in (item.value.span, *(one.span for one in alone))
                )
                message = f"{self._text(alone[0].span)} has no field: it is looked for in the whole event"
                hint = f"write {item.name.text} IN ({values})"
                yield self._warn("SPL-L5", message, _over(item, alone[-1]), hint)

    def _quotes(self, word: Word) -> Iterator[Diagnostic]:
        closing = None if word.quoted else _QUOTES.get(word.text[:1])
        if closing is None or word.span is None:
            return
        end = self._source.text.find(closing, word.span.start + 1)
        span = Span(word.span.start, end + 1) if end > 0 else word.span
        inner = self._text(Span(span.start + 1, span.end - (1 if end > 0 else 0)))
        message = f'only " makes a quoted text: {word.text[0]} is part of the text here'
        yield self._warn("SPL-L3", message, span, f'write "{_doubled(inner)}"')

    def _foreign_term(self, word: Word) -> Iterator[Diagnostic]:
        if word.quoted or word.span is None:
            return
        if word.text == "&&":
            yield self._warn(
                "SPL-L1", "&& is a word to be found in the event, not an operator", word.span, "write AND"
            )
        name, colon, value = self._text(word.span).partition(":")
        if colon and value and name in _FIELDS:
            message = (
                f"{self._text(word.span)} is a word to be found in the event: fields are compared with ="
            )
            yield self._warn("SPL-L4", message, word.span, f"write {name}={value}")

    def _value(self, name: Word, operator: str, value: Word) -> Iterator[Diagnostic]:
        known = _MISSPELT.get(name.text.lower())
        if known is not None and name.text != known:
            message = f"{name.text} is a field of events here: it limits no time"
            yield self._warn("SPL-L7", message, name.span, f"write {known}")
        if _TOKEN.fullmatch(value.text):
            message = f"{value.text} is a token that a dashboard fills in: here it is compared as it stands"
            yield self._warn("SPL-L8", message, value.span, "write the value in its place")
        elif name.text in ("EventCode", "EventID") and re.fullmatch("[A-Za-z]+", value.text):
            hint = "a process creation is EventCode=1 of Sysmon, 4688 of the Security log"
            yield self._warn("SPL-L8", f"{name.text} is a number, never a name", value.span, hint)
        elif operator in ("=", "!=") and is_sql_pattern(value.text):
            quote = '"' if value.quoted else ""
            changed = self._text(value.span).strip('"').replace("%", "*")
            message = "% is no wildcard in a search: it stands for itself"
            yield self._warn("SPL-L6", message, value.span, f"write {quote}{changed}{quote}")

    def _splits_path(self, value: Word, second: _Leaf) -> bool:
        if value.quoted or value.text[:1] in _QUOTES or _bare(second) is None:
            return False
        return "\\" in self._text(value.span) and re.match(_CONTINUES, self._text(second.span)) is not None

    def _touch(self, one: _Leaf, other: _Leaf) -> bool:
        """Whether two terms have only blanks between them."""
        if one.span is None or other.span is None:
            return False
        return not self._source.text[one.span.end : other.span.start].strip()

    def _text(self, span: Span | None) -> str:
        return "" if span is None else self._source.text[span.start : span.end]

    def _warn(self, code: str, message: str, span: Span | None, hint: str) -> Diagnostic:
        return Diagnostic(code, message, "warning", span, self._source, hint)


def is_sql_pattern(text: str) -> bool:
    """Whether a text looks like a pattern of SQL's LIKE: `%` at its ends, and no name of a variable."""
    inner = text.strip("%")
    return bool(inner) and inner != text and "%" not in inner and "*" not in text and not inner.isupper()


def _stands_alone(value: Word, word: Word) -> bool:
    if word.quoted:
        return False
    if re.fullmatch(_NUMBER, value.text):
        return re.fullmatch(_NUMBER, word.text) is not None
    return value.text.startswith("*") and word.text.startswith("*") and len(word.text) > 1


def _bare(leaf: _Leaf) -> str | None:
    return leaf.word.text if isinstance(leaf, BareTerm) and not leaf.word.quoted else None


def _is_name(word: Word) -> bool:
    return not word.quoted and re.fullmatch(r"[A-Za-z_][\w.]*", word.text) is not None


def _over(first: _Leaf, last: _Leaf) -> Span | None:
    return first.span.to(last.span) if first.span and last.span else None


def _doubled(text: str) -> str:
    return re.sub(r"\\+", lambda _: "\\\\", text)
