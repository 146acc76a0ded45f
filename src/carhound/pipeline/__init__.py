"""The one package that knows every stage: evidence and analytics in, a run out."""

from carhound.pipeline.hunt import hunt, search
from carhound.pipeline.request import Progress, Request

__all__ = ["Progress", "Request", "hunt", "search"]
