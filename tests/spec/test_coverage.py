"""Every part of both languages has its cases beside this file."""

import re
from functools import cache
from typing import Any, get_args

from msgspec import Struct
from msgspec.structs import astuple

from carhound.languages.pseudocode import syntax
from carhound.languages.pseudocode.lexer import tokenize
from carhound.languages.pseudocode.parser import parse
from carhound.languages.pseudocode.remarks import Remarks
from carhound.languages.spl.commands import COMMANDS
from carhound.model.diagnostics import Source
from carhound.plan.aggregates import AGGREGATES
from carhound.plan.expressions import Call
from carhound.plan.functions import FUNCTIONS
from carhound.plan.nodes import Aggregation, Node

from .test_cases import accepted, compiled_of, pages


def parts(value: Any) -> set[Any]:
    """The types of all nodes of a tree, and the names of the functions and aggregates in it."""
    if isinstance(value, tuple):
        return {one for item in value for one in parts(item)}
    if not isinstance(value, Struct):
        return set()
    found: set[Any] = {type(value)}
    if isinstance(value, Call):
        found.add(("function", value.function))
    if isinstance(value, Aggregation):
        found.add(("aggregate", value.function))
    return found.union(*map(parts, astuple(value)))


@cache
def run() -> set[Any]:
    """What the plans of the cases that have a result are made of."""
    return {part for case in accepted() for part in parts(compiled_of(case).plan)}


def documented() -> set[str]:
    """The pages of Splunk's documentation that the cases come from."""
    return {name for page in pages().values() for name in re.findall(r'"([^"]+)"', page["source"])}


def test_every_command_has_a_page() -> None:
    by_command = {
        parse: {name for name in COMMANDS if COMMANDS[name] is parse} for parse in COMMANDS.values()
    }
    assert [names for names in by_command.values() if not names & documented()] == []


def test_every_command_has_a_case() -> None:
    searches = [case["spl"] for case in accepted() if "spl" in case]
    used = {name for text in searches for name in re.findall(r"\|\s*(\w+)", text)}
    assert COMMANDS.keys() - used == set()


def test_every_family_of_functions_has_a_page() -> None:
    families = {one.family for one in (*FUNCTIONS.values(), *AGGREGATES.values())}
    assert families - documented() == set()


def test_every_function_has_a_case() -> None:
    assert {("function", name) for name in FUNCTIONS} - run() == set()


def test_every_aggregate_has_a_case() -> None:
    assert {("aggregate", name) for name in AGGREGATES} - run() == set()


def test_every_operator_has_a_case() -> None:
    assert set(get_args(Node)) - run() == set()


def test_every_construct_of_pseudocode_has_a_case() -> None:
    constructs = {
        one
        for one in vars(syntax).values()
        if isinstance(one, type) and issubclass(one, Struct) and one.__module__ == syntax.__name__
    }
    used = set()
    for case in accepted():
        if "pseudocode" in case:
            source = Source(case["pseudocode"], "case")
            used |= parts(parse(tokenize(source), Remarks(source, "dialect")))
    assert constructs - used == set()
