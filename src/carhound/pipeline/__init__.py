"""The one package that knows every stage: evidence and analytics in, a run out."""

from carhound.pipeline.hunt import hunt, search
from carhound.pipeline.request import Progress, Request
from carhound.pipeline.stack import stack
from carhound.pipeline.stack_dlls import stack_dlls

__all__ = ["Progress", "Request", "hunt", "search", "stack", "stack_dlls"]
