"""Conditions of the plan as SQL.

What cannot be said exactly is replaced by a condition that lets more through, below a negation by one that
lets less through, so that the whole never loses an event. Null counts as false.
"""

from collections.abc import Callable
from ipaddress import IPv4Network, ip_network

from sqlglot import exp

from carhound.engines.sql.columns import is_not, is_null, present, read
from carhound.engines.sql.expressions import truth
from carhound.engines.sql.numbers import compare, of_constant, of_field
from carhound.engines.sql.terms import term
from carhound.engines.sql.text import found, matches
from carhound.engines.sql.unsayable import Unsayable
from carhound.model.event_table import EventTable
from carhound.model.folding import fold
from carhound.model.glob import Glob
from carhound.plan.expressions import Binary
from carhound.plan.predicates import (
    Absent,
    All,
    AnyOf,
    Compares,
    InNetwork,
    Matches,
    MatchesRegex,
    Not,
    Predicate,
    Present,
    Term,
    Test,
    Where,
)


class Conditions:
    """Translates conditions over one table; `reasons` tells what it could not say exactly, and why."""

    def __init__(self, table: EventTable) -> None:
        self.table = table
        self.reasons: dict[str, None] = {}

    def of(self, predicate: Predicate, *, more: bool = True) -> exp.Expr:
        """The condition; where it is not exact it lets more through, or with `more` False less."""
        match predicate:
            case All(items):
                return _joined(exp.and_, [self.of(item, more=more) for item in items], exp.true())
            case AnyOf(items):
                return _joined(exp.or_, [self.of(item, more=more) for item in items], exp.false())
            case Not(item):
                return is_not(self.of(item, more=not more))
            case Where(Binary("and", left, right)):
                return self.of(All((Where(left), Where(right))), more=more)
            case Where(Binary("or", left, right)):
                return self.of(AnyOf((Where(left), Where(right))), more=more)
            case _:
                return self._test(predicate, more=more)

    def _test(self, test: Test, *, more: bool) -> exp.Expr:
        try:
            return _said(self.table, test)
        except Unsayable as problem:
            self.reasons[problem.reason] = None
            if not more:
                return exp.false()
            return problem.at_most if problem.at_most is not None else exp.true()


def _joined(join: Callable[..., exp.Expr], items: list[exp.Expr], none: exp.Expr) -> exp.Expr:
    return exp.paren(join(*items, copy=False), copy=False) if items else none


def _said(table: EventTable, test: Test) -> exp.Expr:
    match test:
        case Matches(field, pattern, negated):
            said = matches(read(table, field), pattern)
            return exp.not_(said, copy=False) if negated else said
        case Compares(field, order, value):
            return compare(order, of_field(read(table, field), as_is=False), of_constant(fold(value)))
        case Present(field):
            return present(read(table, field))
        case Absent(field):
            return is_null(read(table, field))
        case Term(pattern):
            return term(table, pattern)
        case InNetwork():
            return _network(table, test)
        case MatchesRegex():
            return _regex(table, test)
        case Where(expression):
            return truth(table, expression)


def _network(table: EventTable, test: InNetwork) -> exp.Expr:
    network = ip_network(test.network, strict=False)
    value = read(table, test.field)
    at_most = present(value)
    if isinstance(network, IPv4Network) and not test.negated and network.prefixlen >= 8:
        octets = str(network.network_address).split(".")[: network.prefixlen // 8]
        at_most = matches(value, Glob(".".join(octets) + ("" if len(octets) == 4 else ".*")))
    raise Unsayable("networks are tested by the interpreter", at_most)


def _regex(table: EventTable, test: MatchesRegex) -> exp.Expr:
    if test.field is None:
        raise Unsayable("a regular expression over the whole event looks at one value after the other")
    value = read(table, test.field)
    try:
        said = found(value, test.expression, ignore_case=test.ignore_case)
    except Unsayable as problem:
        raise Unsayable(problem.reason, None if test.negated else present(value)) from None
    return is_not(said) if test.negated else said
