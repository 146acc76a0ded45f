"""Splunk's Search Reference, "Comparison and Conditional functions"."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from carhound.engines.interpreter.functions.building import (
    Builder,
    Environment,
    Evaluator,
    Value,
    of_subject,
    of_values,
)
from carhound.engines.interpreter.functions.comparing import compares
from carhound.engines.interpreter.regexes import encodable, searcher
from carhound.engines.interpreter.rows import Row


def like(text: str, pattern: str) -> bool:
    """`%` is any run, `_` one character, no escape; the whole text, letter case counting."""
    at = start = 0
    mark = -1
    place = 0
    while at < len(text):
        if start < len(pattern) and pattern[start] == "%":
            mark, place = start, at
            start += 1
        elif start < len(pattern) and pattern[start] in ("_", text[at]):
            at += 1
            start += 1
        elif mark >= 0:
            place += 1
            at, start = place, mark + 1
        else:
            return False
    return not pattern[start:].strip("%")


def match(text: str, expression: str) -> bool | None:
    """Whether some part of the text matches; null for what is no regular expression."""
    search = searcher(expression)
    return None if search is None else search(encodable(text)) is not None


def cidrmatch(text: str, network: str) -> bool | None:
    """Whether the text is an address in the network; null for what is no network."""
    wanted = _network(network)
    if wanted is None:
        return None
    try:
        return ip_address(text) in wanted
    except ValueError:
        return False


@lru_cache(maxsize=64)
def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _if(arguments: list[Evaluator], _environment: Environment) -> Evaluator:
    condition, then, otherwise = arguments
    return lambda row: (then if condition(row) is True else otherwise)(row)


def _first(truth: bool) -> Builder:
    """The value after the first condition that is `truth`; null where there is none."""

    def build(arguments: list[Evaluator], _environment: Environment) -> Evaluator:
        pairs = list(zip(arguments[::2], arguments[1::2], strict=True))

        def evaluate(row: Row) -> Value:
            found = next((value for condition, value in pairs if condition(row) is truth), None)
            return None if found is None else found(row)

        return evaluate

    return build


def _coalesce(arguments: list[Evaluator], _environment: Environment) -> Evaluator:
    return lambda row: next((value for one in arguments if (value := one(row)) is not None), None)


def _in(arguments: list[Evaluator], _environment: Environment) -> Evaluator:
    """As comparisons with OR between."""
    field, *listed = arguments
    same = compares("=")

    def evaluate(row: Row) -> Value:
        value = field(row)
        if value is None:
            return None
        unknown = False
        for one in listed:
            found = same(value, one(row))
            if found:
                return True
            unknown = unknown or found is None
        return None if unknown else False

    return evaluate


def _nullif(left: Value, right: Value) -> Value:
    return None if compares("=")(left, right) else left


BUILDERS: dict[str, Builder] = {
    "case": _first(True),
    "cidrmatch": of_subject(cidrmatch, 1),
    "coalesce": _coalesce,
    "false": of_values(lambda: False),
    "if": _if,
    "in": _in,
    "like": of_subject(like),
    "match": of_subject(match),
    "null": of_values(lambda: None),
    "nullif": of_values(_nullif),
    "true": of_values(lambda: True),
    "validate": _first(False),
}
