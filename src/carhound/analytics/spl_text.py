"""A text file with one search: an analytic of one implementation, named after the file."""

from carhound.analytics.analytic import Implementation, Loaded, of_searches
from carhound.analytics.document import Document
from carhound.model.diagnostics import Source


def read(document: Document) -> Loaded:
    """The search in `document`. Raises DocumentError where there is none."""
    if not document.text.strip():
        raise document.error("holds no search", hint="write one search in SPL into the file")
    code = Source(document.text, document.path)
    search = Implementation(document.stem, "spl", "spl", "", None, code)
    return Loaded((of_searches(document.stem, document.source, (search,)),))
