"""The syntax tree of a search. Spans do not count when trees are compared."""

from typing import Literal, NoReturn, Protocol

from msgspec import Struct

from carhound.languages.spl.words import Word
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.lookup_table import LookupTable
from carhound.plan.nodes import Node

Operator = Literal["=", "!=", "<", "<=", ">", ">="]


class Comparison(Spanned, frozen=True):
    """`field op value`."""

    name: Word
    operator: Operator
    value: Word
    span: Span | None = None


class Membership(Spanned, frozen=True):
    """`field IN (value, …)`."""

    name: Word
    values: tuple[Word, ...]
    span: Span | None = None


class BareTerm(Spanned, frozen=True):
    """A word or quoted phrase that must stand somewhere in the event."""

    word: Word
    span: Span | None = None


class Subsearch(Spanned, frozen=True):
    """`[search …]`."""

    pipeline: "Pipeline"
    span: Span | None = None


class Conjunction(Struct, frozen=True):
    """Terms side by side or with AND between; binds looser than OR. Of none (an empty search), true."""

    items: "tuple[SearchExpression, ...]"


class Disjunction(Struct, frozen=True):
    """Terms with OR between."""

    items: "tuple[SearchExpression, ...]"


class Negated(Spanned, frozen=True):
    """NOT, which applies to the next term only."""

    item: "SearchExpression"
    span: Span | None = None


SearchExpression = Comparison | Membership | BareTerm | Subsearch | Conjunction | Disjunction | Negated


class Search(Spanned, frozen=True):
    """`search`: as the first command it makes the rows, later it keeps some of them."""

    expression: SearchExpression
    span: Span | None = None


class Lowering(Protocol):
    """What commands are told, and may say, while their plan is made."""

    def subsearch(self, pipeline: "Pipeline") -> Node:
        """The plan of a subsearch."""

    def events(self, command: Search) -> Node:
        """The plan of a search that makes rows."""

    def table(self, name: Word) -> LookupTable:
        """The lookup table of this name."""

    def remark(self, code: str, message: str, span: Span | None, hint: str | None) -> None:
        """Warns of something and goes on."""

    def fail(self, code: str, message: str, span: Span | None, hint: str | None) -> NoReturn:
        """Gives up on the search."""


class PipedCommand(Protocol):
    """A command that works on the rows before it."""

    @property
    def span(self) -> Span | None:
        """Where it stands."""

    def lower(self, source: Node, lowering: Lowering) -> Node:
        """The plan over `source`."""

    def show(self) -> str:
        """Text that parses to the same tree."""


class Pipeline(Struct, frozen=True):
    """Commands in order: one that makes the rows, then those that work on them."""

    commands: tuple[Search | PipedCommand, ...]
