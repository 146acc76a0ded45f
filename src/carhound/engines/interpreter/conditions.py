"""Conditions of the plan as functions over rows."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from carhound.engines.interpreter.expressions import evaluator
from carhound.engines.interpreter.functions.building import Environment
from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.regexes import encodable, searcher
from carhound.engines.interpreter.rows import ORDERS, Row, compare, getter, texts
from carhound.engines.interpreter.terms import raw_texts, term_test
from carhound.model.folding import fold
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
    Where,
)

Condition = Callable[[Row], bool]


def condition(predicate: Predicate, moment: Moment | None = None) -> Condition:
    """The predicate as a function.

    Without a `moment`, none that asks for the time of the run (`plan/functions.py:needs_clock`).
    """
    match predicate:
        case All(items):
            return _all([condition(item, moment) for item in items])
        case AnyOf(items):
            return _any([condition(item, moment) for item in items])
        case Not(item):
            inner = condition(item, moment)
            return lambda row: not inner(row)
        case Matches():
            return _matches(predicate)
        case Compares(field, order, value):
            read = getter(field)
            stands, literal = ORDERS[order], fold(value)
            return lambda row: any(stands(compare(fold(text), literal)) for text in texts(read(row)))
        case InNetwork(field, network, negated):
            read = getter(field)
            inside = _network(network)
            return lambda row: any(inside(text) is not negated for text in texts(read(row)))
        case Present(field):
            read = getter(field)
            return lambda row: read(row) is not None
        case Absent(field):
            read = getter(field)
            return lambda row: read(row) is None
        case Term(pattern):
            return term_test(pattern)
        case MatchesRegex():
            return _regex(predicate)
        case Where(expression):
            holds = evaluator(expression, Environment(moment))
            return lambda row: holds(row) is True


def _all(items: list[Condition]) -> Condition:
    if len(items) == 1:
        return items[0]

    def holds(row: Row) -> bool:
        for item in items:  # noqa: SIM110  # likewise
            if not item(row):
                return False
        return True

    return holds


def _any(items: list[Condition]) -> Condition:
    if len(items) == 1:
        return items[0]

    def holds(row: Row) -> bool:
        for item in items:  # noqa: SIM110  # likewise
            if item(row):
                return True
        return False

    return holds


def _matches(predicate: Matches) -> Condition:
    read = getter(predicate.field)
    name, matches = f"{predicate.field.view} {predicate.field.name}", predicate.pattern.matcher()
    wanted = not predicate.negated

    def holds(row: Row) -> bool:
        for text in row.folded(name, read):  # noqa: SIM110  # any() of a generator takes twice as long
            if matches(text) is wanted:
                return True
        return False

    return holds


def _network(network: str) -> Callable[[str], bool]:
    wanted = ip_network(network, strict=False)

    def inside(text: str) -> bool:
        try:
            return ip_address(text) in wanted
        except ValueError:
            return False

    return inside


def _regex(predicate: MatchesRegex) -> Condition:
    search = searcher(predicate.expression, predicate.ignore_case)
    if search is None:
        raise ValueError(f"no regular expression of RE2: {predicate.expression!r}")
    read = getter(predicate.field) if predicate.field is not None else None

    def holds(row: Row) -> bool:
        values = texts(read(row)) if read is not None else raw_texts(row)
        return any(search(encodable(text)) is not None for text in values) is not predicate.negated

    return holds
