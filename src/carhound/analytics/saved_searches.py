"""Splunk's savedsearches.conf: an analytic whose implementations are the searches of the file.

Splunk's Admin Manual, "savedsearches.conf". Each stanza with a `search` is an implementation of its name.
"""

from carhound.analytics.analytic import Implementation, Loaded, of_searches
from carhound.analytics.document import Document, NotAnalyticError
from carhound.model.conf_file import Stanza, read_stanzas
from carhound.model.diagnostics import Diagnostic, Source, Span

_RANGE = ("dispatch.earliest_time", "dispatch.latest_time")


def read(document: Document) -> Loaded:
    """The searches in `document`. Raises NotAnalyticError where no stanza has one, and DocumentError."""
    every = read_stanzas(document.text, document.path).values()
    stanzas = [one for one in every if one.name != "default" and one.text("search")]
    if not stanzas:
        raise NotAnalyticError(
            f"{document.path}: no stanza has a search",
            hint="searches stand in savedsearches.conf, as search = … below their [name]",
        )
    searches = tuple(map(_implementation, stanzas))
    remarks = tuple(_range_remark(stanza) for stanza in stanzas if any(map(stanza.text, _RANGE)))
    return Loaded((of_searches(document.stem, document.source, searches, remarks),))


def _implementation(stanza: Stanza) -> Implementation:
    return Implementation(
        stanza.name, "spl", "spl", stanza.text("description"), None, stanza.settings["search"]
    )


def _range_remark(stanza: Stanza) -> Diagnostic:
    """A scheduled search looks at the time since it ran last, which says nothing of a hunt's."""
    setting = next(name for name in _RANGE if stanza.text(name))
    source: Source = stanza.settings[setting]
    message = f"{setting} of {stanza.name!r} is not applied: it belongs to a schedule"
    hint = "say the range with --earliest and --latest, or in the search itself"
    return Diagnostic("DOC-R1", message, "note", Span(0, len(source.text)), source, hint)
