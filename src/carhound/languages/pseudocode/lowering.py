"""Syntax tree to plan: every statement makes a relation, and the output names those of the plan."""

from collections.abc import Callable
from typing import assert_never

from msgspec import Struct, field
from msgspec.structs import replace

from carhound.languages.pseudocode import combining
from carhound.languages.pseudocode.binding import Scope, bind_kind, nearest, unsupported
from carhound.languages.pseudocode.comparisons import lower_condition
from carhound.languages.pseudocode.relations import Relation
from carhound.languages.pseudocode.remarks import Remarks
from carhound.languages.pseudocode.syntax import (
    Aggregate,
    Assign,
    Bare,
    Both,
    Difference,
    Expression,
    Filter,
    Group,
    Input,
    Item,
    Join,
    Listing,
    Membership,
    Name,
    Output,
    Path,
    Program,
    Run,
    Search,
    Select,
    Sum,
    Top,
)
from carhound.languages.pseudocode.terms import expression
from carhound.model.car import FIELDS
from carhound.model.datasets import EVERYTHING, MAPPED
from carhound.model.diagnostics import Span
from carhound.plan import nodes

RunAnalytic = Callable[[Run], Relation]
"""Gives what the program of another analytic puts out. Raises LanguageError."""


def lower(program: Program, remarks: Remarks, used: frozenset[str], run: RunAnalytic) -> Relation:
    """What the program puts out; `used` are the names it holds. Raises LanguageError."""
    return _Lowering(remarks, used, run).program(program)


class _Lowering(Struct):
    remarks: Remarks
    used: frozenset[str]
    run: RunAnalytic
    relations: dict[str, Relation] = field(default_factory=dict)
    lists: dict[str, Listing] = field(default_factory=dict)
    inputs: set[str] = field(default_factory=set)
    outputs: list[Name] = field(default_factory=list)
    last: Relation | None = None

    def program(self, program: Program) -> Relation:
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

    def output(self) -> Relation:
        if self.outputs:
            first, *more = [self.find(name) for name in self.outputs]
            span = self.outputs[0].span.to(self.outputs[-1].span)
            for other in more:
                first = combining.union(first, other, span)
            if more:
                message = "several outputs are given one after the other"
                self.remarks.note("PS-D12", message, span, "put out one relation to see it alone")
            return first
        if self.last is None:
            span = Span(0, len(self.remarks.source.text.rstrip()))
            raise self.remarks.fail("PS-P1", "the program searches nothing", span, "write at least a search")
        meaning = "an output of the last relation"
        self.remarks.reading("PS-D5", "no output", meaning, self.last.span, "write output NAME at the end")
        return self.last

    def find(self, name: Name) -> Relation:
        found = self.relations.get(name.text)
        if found is None:
            near = nearest(name.text, self.relations)
            known = f"the program names {', '.join(self.relations)}" if self.relations else "search first"
            hint = f"did you mean {near}?" if near else known
            raise self.remarks.fail("PS-N1", f"nothing is named {name.text}", name.span, hint)
        return found

    def assign(self, statement: Assign) -> None:
        value = statement.value
        name, *column = statement.target.parts
        if isinstance(value, Listing):
            self.lists[name] = value
            return
        self.relations[name] = self.last = (
            self.derived(statement) if column else self.relation(value, statement.target)
        )

    def relation(self, value: Expression, target: Path) -> Relation:
        match value:
            case Search():
                return self.search(value)
            case Filter():
                return self.filter(value, target)
            case Group():
                return combining.group(value, self.find, self.remarks)
            case Select():
                return combining.select(value, self.find, self.remarks)
            case Join():
                return combining.join(value, self.find, self.remarks)
            case Difference():
                return combining.difference(value, self.find)
            case Aggregate():
                return combining.aggregate(value, self.find, self.remarks)
            case Run():
                return self.run(value)
            case Path((name,)):
                return self.find(Name(name, value.span))
            case Path((name, *field)):
                item = Item(Path(tuple(field), value.span))
                select = Select(Name(name, value.span), (item,), value.span)
                return combining.select(select, self.find, self.remarks)
            case Sum():
                raise unsupported(self.remarks, "arithmetic", value.span)
            case _:
                raise unsupported(self.remarks, "a list in this place", value.span)

    def derived(self, statement: Assign) -> Relation:
        """`a.b = a.c + 1`: the relation with a column more."""
        name, *column = statement.target.parts
        if not isinstance(statement.value, Path | Sum) or len(column) != 1:
            raise unsupported(self.remarks, "a derived column of this kind", statement.target.span)
        source = self.find(Name(name, statement.target.span))
        made = expression(statement.value, combining.scope_of(self.remarks, name, source, self.names()))
        node = nodes.Eval(source.node, ((column[0], made),), statement.span)
        return replace(source, node=node, columns=tuple(dict.fromkeys((*source.columns, column[0]))))

    def search(self, value: Search) -> Relation:
        pairs = [pair for kind in value.kinds for pair in bind_kind(self.remarks, kind, self.used)]
        kinds = tuple(dict.fromkeys(pairs))
        objects = tuple(dict.fromkeys(name for name, _ in kinds))
        places = value.kinds[0].span.to(value.kinds[-1].span)
        node: nodes.Node = nodes.Scan(MAPPED, view="car", kinds=kinds, span=places)
        if value.where is not None:
            scope = Scope(self.remarks, objects, None, self.names())
            node = nodes.Filter(node, lower_condition(value.where, scope), value.span)
        return Relation(node, objects, value.span)

    def filter(self, value: Filter, target: Path) -> Relation:
        source = value.source or Name(target.parts[0], target.span)
        found = self.find(source)
        scope = replace(combining.scope_of(self.remarks, source.text, found, self.names()), lists=self.lists)
        conditions = value.where.items if isinstance(value.where, Both) else (value.where,)
        tops = [one for one in conditions if isinstance(one, Membership) and isinstance(one.among, Top)]
        plain = tuple(one for one in conditions if one not in tops)
        node = found.node
        if plain:
            condition = plain[0] if len(plain) == 1 else Both(plain)
            node = nodes.Filter(node, lower_condition(condition, scope), value.span)
        for one in tops:
            node = combining.among_commonest(one, found, node, scope)
        return replace(found, node=node, span=value.span)

    def bare(self, statement: Bare) -> Relation:
        scan = nodes.Scan(EVERYTHING, view="car", span=statement.span)
        scope = Scope(self.remarks, tuple(FIELDS))
        node = nodes.Filter(scan, lower_condition(statement.condition, scope), statement.span)
        return Relation(node, scope.objects, statement.span)

    def names(self) -> frozenset[str]:
        return frozenset(self.relations) | self.inputs
