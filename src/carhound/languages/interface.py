"""What every language gives: a text's plan, and what there is to say about the text."""

from msgspec import Struct

from carhound.model.diagnostics import Diagnostic
from carhound.plan.nodes import Node


class Compiled(Struct, frozen=True):
    """The plan of an implementation and the remarks made while reading it."""

    plan: Node
    diagnostics: tuple[Diagnostic, ...]
