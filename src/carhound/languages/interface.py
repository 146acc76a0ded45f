"""What every language gives: a text's plan, and what there is to say about the text."""

from dataclasses import dataclass

from carhound.model.diagnostics import Diagnostic
from carhound.plan.nodes import Node


@dataclass(frozen=True, slots=True)
class Compiled:
    """The plan of an implementation and the remarks made while reading it."""

    plan: Node
    diagnostics: tuple[Diagnostic, ...]
