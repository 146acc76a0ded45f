"""The syntax tree of CAR pseudocode. Spans take no part in equality, so that printing and parsing agree.

No specification of the language exists; the grammar is a reconstruction from the programs CAR publishes.
"""

from dataclasses import dataclass, field
from typing import Literal

from carhound.model.diagnostics import Span

Unit = Literal["second", "minute", "hour", "day"]
Relop = Literal["==", "!=", "<", "<=", ">", ">="]
Sign = Literal["+", "-", "*", "/"]

NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Path:
    """Names joined by dots: a field, a field of a relation, or, right of a comparison, a bare value."""

    parts: tuple[str, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Bracket:
    """`[field]`."""

    name: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A value: a quoted string, or a bare word that cannot be a name."""

    value: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Number:
    """A number, as written."""

    text: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Duration:
    """`30 minutes`, `1sec`."""

    amount: str
    unit: Unit
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Now:
    """The time of the run."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Null:
    """No value."""

    span: Span = field(default=NOWHERE, compare=False)


Primary = Path | Bracket | Text | Number | Duration | Now | Null


@dataclass(frozen=True, slots=True)
class Sum:
    """`now - 1 day`: a first operand and steps, read from left to right."""

    first: Primary
    steps: tuple[tuple[Sign, Primary], ...]
    span: Span = field(default=NOWHERE, compare=False)


Operand = Primary | Sum


@dataclass(frozen=True, slots=True)
class Listing:
    """`[a, b]`."""

    items: tuple[Primary, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Top:
    """`TOP 30 (user)`: the commonest values of a field."""

    count: str
    name: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`a < b < c`: each neighbouring pair must stand in its relation."""

    operands: tuple[Operand, ...]
    relations: tuple[Relop, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """`x in [a, b]`, `x not in y`."""

    operand: Operand
    among: Listing | Operand | Top
    negated: bool = False
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Match:
    """`x match "regex"`."""

    operand: Operand
    expression: str
    span: Span = field(default=NOWHERE, compare=False)
    place: Span = field(default=NOWHERE, compare=False)
    """Where the expression stands."""


@dataclass(frozen=True, slots=True)
class Containment:
    """`x contains "text"`; with a list `x includes one of [a, b]`, negated `x does not contain [a]`."""

    operand: Operand
    values: Primary | Listing
    negated: bool = False
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Existence:
    """`x exists`."""

    operand: Operand
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class InRawEvent:
    """`"text" in raw event`."""

    text: Text
    span: Span = field(default=NOWHERE, compare=False)


Test = Comparison | Membership | Match | Containment | Existence | InRawEvent


@dataclass(frozen=True, slots=True)
class Both:
    """Conditions joined by `and`, two or more."""

    items: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """Conditions joined by `or`, two or more."""

    items: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Negated:
    """`not` and the condition it denies."""

    item: "Condition"
    span: Span = field(default=NOWHERE, compare=False)


Condition = Test | Both | Either | Negated


@dataclass(frozen=True, slots=True)
class Name:
    """A relation, an input, a column."""

    text: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Kind:
    """`Process:Create,Terminate`, as spelt; without actions, whatever the object can do."""

    car_object: Name
    actions: tuple[Name, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Search:
    """`search Process:Create`; several kinds make a union."""

    kinds: tuple[Kind, ...]
    where: Condition | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """`filter processes where …`; without a source, what the target named before."""

    source: Name | None
    where: Condition
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class MaxGap:
    """`max time between two events is 30 minutes`."""

    longest: Duration
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Group:
    """`group a, b by hostname`."""

    sources: tuple[Name, ...]
    by: tuple[Name, ...]
    where: Condition | MaxGap | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Item:
    """A selected column, or with a function an aggregate, perhaps renamed."""

    path: Path
    function: Name | None = None
    alias: Name | None = None


@dataclass(frozen=True, slots=True)
class Select:
    """`from grouped select min(time) as earliest`."""

    source: Name
    items: tuple[Item, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Join:
    """`join (a, b) where a.pid == b.ppid`."""

    sources: tuple[Name, ...]
    where: Condition
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Run:
    """`run Analytic:CAR-2013-05-003`."""

    analytic: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """`a - b`: the rows of one relation that are not in the other."""

    left: Name
    right: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`max(boots.time)`, `count(processes) by exe`."""

    function: Name
    path: Path
    by: Name | None = None
    span: Span = field(default=NOWHERE, compare=False)


Expression = Search | Filter | Group | Select | Join | Run | Difference | Aggregate | Listing | Path | Sum


@dataclass(frozen=True, slots=True)
class Input:
    """`input target_host`."""

    name: Name
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Assign:
    """`name = …`; `relation.column = …` derives a column."""

    target: Path
    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Output:
    """`output a, b`, `return a`."""

    names: tuple[Name, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Bare:
    """A condition that is the whole program."""

    condition: Condition
    span: Span = field(default=NOWHERE, compare=False)


Statement = Input | Assign | Output | Bare


@dataclass(frozen=True, slots=True)
class Program:
    """A whole program."""

    statements: tuple[Statement, ...]
