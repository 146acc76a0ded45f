"""The syntax tree of CAR pseudocode. Spans take no part in equality, so that printing and parsing agree.

No specification of the language exists; the grammar is a reconstruction from the programs CAR publishes.
"""

from typing import Literal

from msgspec import Struct

from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned

Unit = Literal["second", "minute", "hour", "day"]
Relop = Literal["==", "!=", "<", "<=", ">", ">="]
Sign = Literal["+", "-", "*", "/"]

NOWHERE = Span(0, 0)


class Path(Spanned, frozen=True):
    """Names joined by dots: a field, a field of a relation, or, right of a comparison, a bare value."""

    parts: tuple[str, ...]
    span: Span = NOWHERE


class Bracket(Spanned, frozen=True):
    """`[field]`."""

    name: str
    span: Span = NOWHERE


class Text(Spanned, frozen=True):
    """A value: a quoted string, or a bare word that cannot be a name."""

    value: str
    span: Span = NOWHERE


class Number(Spanned, frozen=True):
    """A number, as written."""

    text: str
    span: Span = NOWHERE


class Duration(Spanned, frozen=True):
    """`30 minutes`, `1sec`."""

    amount: str
    unit: Unit
    span: Span = NOWHERE


class Now(Spanned, frozen=True):
    """The time of the run."""

    span: Span = NOWHERE


class Null(Spanned, frozen=True):
    """No value."""

    span: Span = NOWHERE


Primary = Path | Bracket | Text | Number | Duration | Now | Null


class Sum(Spanned, frozen=True):
    """`now - 1 day`: a first operand and steps, read from left to right."""

    first: Primary
    steps: tuple[tuple[Sign, Primary], ...]
    span: Span = NOWHERE


Operand = Primary | Sum


class Listing(Spanned, frozen=True):
    """`[a, b]`."""

    items: tuple[Primary, ...]
    span: Span = NOWHERE


class Top(Spanned, frozen=True):
    """`TOP 30 (user)`: the commonest values of a field."""

    count: str
    name: str
    span: Span = NOWHERE


class Comparison(Spanned, frozen=True):
    """`a < b < c`: each neighbouring pair must stand in its relation."""

    operands: tuple[Operand, ...]
    relations: tuple[Relop, ...]
    span: Span = NOWHERE


class Membership(Spanned, frozen=True):
    """`x in [a, b]`, `x not in y`."""

    operand: Operand
    among: Listing | Operand | Top
    negated: bool = False
    span: Span = NOWHERE


class Match(Spanned, frozen=True):
    """`x match "regex"`."""

    operand: Operand
    expression: str
    span: Span = NOWHERE
    place: Span = NOWHERE
    """Where the expression stands."""
    beside = frozenset({"span", "place"})


class Containment(Spanned, frozen=True):
    """`x contains "text"`; with a list `x includes one of [a, b]`, negated `x does not contain [a]`."""

    operand: Operand
    values: Primary | Listing
    negated: bool = False
    span: Span = NOWHERE


class Existence(Spanned, frozen=True):
    """`x exists`."""

    operand: Operand
    span: Span = NOWHERE


class InRawEvent(Spanned, frozen=True):
    """`"text" in raw event`."""

    text: Text
    span: Span = NOWHERE


Test = Comparison | Membership | Match | Containment | Existence | InRawEvent


class Both(Struct, frozen=True):
    """Conditions joined by `and`, two or more."""

    items: "tuple[Condition, ...]"


class Either(Struct, frozen=True):
    """Conditions joined by `or`, two or more."""

    items: "tuple[Condition, ...]"


class Negated(Spanned, frozen=True):
    """`not` and the condition it denies."""

    item: "Condition"
    span: Span = NOWHERE


Condition = Test | Both | Either | Negated


class Name(Spanned, frozen=True):
    """A relation, an input, a column."""

    text: str
    span: Span = NOWHERE


class Kind(Spanned, frozen=True):
    """`Process:Create,Terminate`, as spelt; without actions, whatever the object can do."""

    car_object: Name
    actions: tuple[Name, ...] = ()
    span: Span = NOWHERE


class Search(Spanned, frozen=True):
    """`search Process:Create`; several kinds make a union."""

    kinds: tuple[Kind, ...]
    where: Condition | None = None
    span: Span = NOWHERE


class Filter(Spanned, frozen=True):
    """`filter processes where …`; without a source, what the target named before."""

    source: Name | None
    where: Condition
    span: Span = NOWHERE


class MaxGap(Spanned, frozen=True):
    """`max time between two events is 30 minutes`."""

    longest: Duration
    span: Span = NOWHERE


class Group(Spanned, frozen=True):
    """`group a, b by hostname`."""

    sources: tuple[Name, ...]
    by: tuple[Name, ...]
    where: Condition | MaxGap | None = None
    span: Span = NOWHERE


class Item(Struct, frozen=True):
    """A selected column, or with a function an aggregate, perhaps renamed."""

    path: Path
    function: Name | None = None
    alias: Name | None = None


class Select(Spanned, frozen=True):
    """`from grouped select min(time) as earliest`."""

    source: Name
    items: tuple[Item, ...]
    span: Span = NOWHERE


class Join(Spanned, frozen=True):
    """`join (a, b) where a.pid == b.ppid`."""

    sources: tuple[Name, ...]
    where: Condition
    span: Span = NOWHERE


class Run(Spanned, frozen=True):
    """`run Analytic:CAR-2013-05-003`."""

    analytic: str
    span: Span = NOWHERE


class Difference(Spanned, frozen=True):
    """`a - b`: the rows of one relation that are not in the other."""

    left: Name
    right: Name
    span: Span = NOWHERE


class Aggregate(Spanned, frozen=True):
    """`max(boots.time)`, `count(processes) by exe`."""

    function: Name
    path: Path
    by: Name | None = None
    span: Span = NOWHERE


Expression = Search | Filter | Group | Select | Join | Run | Difference | Aggregate | Listing | Path | Sum


class Input(Spanned, frozen=True):
    """`input target_host`."""

    name: Name
    span: Span = NOWHERE


class Assign(Spanned, frozen=True):
    """`name = …`; `relation.column = …` derives a column."""

    target: Path
    value: Expression
    span: Span = NOWHERE


class Output(Spanned, frozen=True):
    """`output a, b`, `return a`."""

    names: tuple[Name, ...]
    span: Span = NOWHERE


class Bare(Spanned, frozen=True):
    """A condition that is the whole program."""

    condition: Condition
    span: Span = NOWHERE


Statement = Input | Assign | Output | Bare


class Program(Struct, frozen=True):
    """A whole program."""

    statements: tuple[Statement, ...]
