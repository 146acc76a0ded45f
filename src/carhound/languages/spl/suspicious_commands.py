"""Lists of fields in which a word is surely no field: a command without its pipe, a number, `by`."""

import re
from collections.abc import Iterator

from carhound.model.diagnostics import Diagnostic, Source, Span

_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_LISTS = "dedup|fields|rare|sort|stats|table|top"
_FOLLOWING = "dedup|eval|fields|head|rare|regex|rename|rex|search|sort|stats|table|tail|timechart|top|where"

_SLIPS = (
    (
        "SPL-L2",
        rf"(?:{_LISTS})\b.*[^,\s]\s+(?P<slip>{_FOLLOWING})\s+[-\w].*",
        "{} is a field's name here, no command: the pipe before it is missing",
        r"write | \g<slip>",
    ),
    (
        "SPL-L8",
        r"sort\s+(?P<slip>by)\s+\S.*",
        "{} is a field's name here: sort takes the fields alone",
        "drop by",
    ),
    (
        "SPL-L8",
        r"sort\s+(?P<keys>\S.*?)\s+(?P<slip>limit\s*=?\s*(?P<count>\d+))\s*",
        "{} are fields' names here",
        r"write sort \g<count> \g<keys>",
    ),
    (
        "SPL-L8",
        r"(?P<name>top|rare)\s+(?P<fields>[A-Za-z_]\S*)\s+(?P<slip>\d+)\s*",
        "{} is a field's name here",
        r"write \g<name> \g<slip> \g<fields>",
    ),
)


def suspicious_command(span: Span | None, source: Source) -> Iterator[Diagnostic]:
    """A warning for every slip in the command that stands at `span`, with what to write."""
    if span is None:
        return
    text = source.text[span.start : span.end]
    plain = _QUOTED.sub(lambda quoted: '"' * len(quoted[0]), text)
    for code, pattern, message, hint in _SLIPS:
        match = re.fullmatch(pattern, plain, re.DOTALL | re.IGNORECASE)
        if match is not None:
            place = Span(span.start + match.start("slip"), span.start + match.end("slip"))
            said = message.format(match["slip"])
            yield Diagnostic(code, said, "warning", place, source, match.expand(hint))
