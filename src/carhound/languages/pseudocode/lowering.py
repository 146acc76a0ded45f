"""Syntax tree to plan: `search`, `filter` and `output` execute, all else is named and not evaluated."""

from dataclasses import dataclass, field
from typing import assert_never

from carhound.languages.pseudocode.binding import Scope, bind_kind, nearest, unsupported
from carhound.languages.pseudocode.comparisons import lower_condition
from carhound.languages.pseudocode.remarks import Remarks
from carhound.languages.pseudocode.syntax import (
    Aggregate,
    Assign,
    Bare,
    Difference,
    Filter,
    Group,
    Input,
    Join,
    Listing,
    Name,
    Output,
    Path,
    Program,
    Run,
    Search,
    Select,
    Sum,
)
from carhound.model.car import FIELDS
from carhound.model.datasets import EVERYTHING, MAPPED
from carhound.model.diagnostics import LanguageError, Span
from carhound.plan import nodes


@dataclass(frozen=True, slots=True)
class _Relation:
    node: nodes.Node
    objects: tuple[str, ...]
    span: Span


def lower(program: Program, remarks: Remarks, used: frozenset[str]) -> nodes.Node:
    """The plan of the program; `used` are the names it holds. Raises LanguageError."""
    return _Lowering(remarks, used).program(program)


@dataclass(slots=True)
class _Lowering:
    remarks: Remarks
    used: frozenset[str]
    relations: dict[str, _Relation] = field(default_factory=dict)
    inputs: set[str] = field(default_factory=set)
    outputs: list[Name] = field(default_factory=list)
    last: _Relation | None = None

    def program(self, program: Program) -> nodes.Node:
        for statement in program.statements:
            match statement:
                case Input():
                    self.inputs.add(statement.name.text)
                case Assign():
                    self.assign(statement)
                case Output():
                    self.outputs += statement.names
                case Bare():
                    return self.bare(statement)
                case _:
                    assert_never(statement)
        return self.output()

    def output(self) -> nodes.Node:
        if len(self.outputs) > 1:
            span = self.outputs[0].span.to(self.outputs[-1].span)
            raise unsupported(self.remarks, "a program with several outputs", span)
        if self.outputs:
            return self.find(self.outputs[0]).node
        if self.last is None:
            span = Span(0, len(self.remarks.source.text.rstrip()))
            raise self.remarks.fail("PS-P1", "the program searches nothing", span, "write at least a search")
        meaning = "an output of the last relation"
        self.remarks.reading("PS-D5", "no output", meaning, self.last.span, "write output NAME at the end")
        return self.last.node

    def find(self, name: Name) -> _Relation:
        found = self.relations.get(name.text)
        if found is None:
            near = nearest(name.text, self.relations)
            known = f"the program names {', '.join(self.relations)}" if self.relations else "search first"
            hint = f"did you mean {near}?" if near else known
            raise self.remarks.fail("PS-N1", f"nothing is named {name.text}", name.span, hint)
        return found

    def assign(self, statement: Assign) -> None:
        value = statement.value
        if len(statement.target.parts) > 1:
            raise unsupported(self.remarks, "a derived column", statement.target.span)
        target = statement.target.parts[0]
        match value:
            case Search():
                found = self.search(value)
            case Filter():
                found = self.filter(value, statement.target)
            case _:
                raise self.unevaluated(value)
        self.relations[target] = self.last = found

    def unevaluated(
        self, value: Group | Select | Join | Run | Difference | Aggregate | Listing | Path | Sum
    ) -> LanguageError:
        match value:
            case Group():
                what = "`group`"
            case Select():
                what = "`from … select`"
            case Join():
                what = "`join`"
            case Run():
                what = "`run Analytic`"
            case Difference():
                what = "a set difference"
            case Aggregate():
                what = f"the aggregate `{value.function.text}`"
            case Listing():
                what = "a list with a name"
            case Path():
                what = "a copy under another name"
            case Sum():
                what = "arithmetic"
            case _:
                assert_never(value)
        return unsupported(self.remarks, what, value.span)

    def search(self, value: Search) -> _Relation:
        pairs = [pair for kind in value.kinds for pair in bind_kind(self.remarks, kind, self.used)]
        kinds = tuple(dict.fromkeys(pairs))
        objects = tuple(dict.fromkeys(name for name, _ in kinds))
        places = value.kinds[0].span.to(value.kinds[-1].span)
        node: nodes.Node = nodes.Scan(MAPPED, view="car", kinds=kinds, span=places)
        if value.where is not None:
            scope = Scope(self.remarks, objects, None, self.names())
            node = nodes.Filter(node, lower_condition(value.where, scope), value.span)
        return _Relation(node, objects, value.span)

    def filter(self, value: Filter, target: Path) -> _Relation:
        source = value.source or Name(target.parts[0], target.span)
        found = self.find(source)
        scope = Scope(self.remarks, found.objects, source.text, self.names() - {source.text})
        predicate = lower_condition(value.where, scope)
        return _Relation(nodes.Filter(found.node, predicate, value.span), found.objects, value.span)

    def bare(self, statement: Bare) -> nodes.Node:
        scan = nodes.Scan(EVERYTHING, view="car", span=statement.span)
        scope = Scope(self.remarks, tuple(FIELDS))
        return nodes.Filter(scan, lower_condition(statement.condition, scope), statement.span)

    def names(self) -> frozenset[str]:
        return frozenset(self.relations) | self.inputs
