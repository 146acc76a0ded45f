"""The one package that knows every stage: evidence and analytics in, a run out."""

from carhound.pipeline.definitions import DefinitionFiles
from carhound.pipeline.hunt import hunt, search
from carhound.pipeline.request import Progress, Request
from carhound.pipeline.search_text import read_search

__all__ = ["DefinitionFiles", "Progress", "Request", "hunt", "read_search", "search"]
