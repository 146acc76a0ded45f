"""The events of findings as JSON for the page's script, every name and text once.

Texts are as they can be seen (`outputs.escape`), so that the page shows them as it shows all others.
"""

from collections.abc import Iterable

from carhound.findings.run import Finding
from carhound.model.event import Fields
from carhound.outputs.escape import visible
from carhound.outputs.finding_fields import text
from carhound.outputs.json_text import encode

_IN_HTML = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def raw_events(findings: Iterable[Finding]) -> str:
    """A JSON object that may stand in a script element.

    `texts` are all texts; `events` has for each finding its native and its CAR fields, as positions of a
    name and its value in turn.
    """
    texts: dict[str, int] = {}

    def numbered(fields: Fields) -> list[int]:
        pairs = [(visible(name), visible(text(value))) for name, value in fields.items()]
        return [texts.setdefault(one, len(texts)) for pair in pairs for one in pair]

    events = [[numbered(finding.native), numbered(finding.car)] for finding in findings]
    return encode({"texts": list(texts), "events": events}).decode("utf-8").rstrip("\n").translate(_IN_HTML)
