"""Short ways to compile a text."""

from collections.abc import Callable

import pytest

from carhound.languages.interface import Compiled
from carhound.languages.pseudocode.compile import compile_pseudocode
from carhound.languages.pseudocode.lexer import tokenize
from carhound.languages.pseudocode.parser import parse
from carhound.languages.pseudocode.remarks import Mode, Remarks
from carhound.languages.pseudocode.syntax import Program
from carhound.model.diagnostics import Diagnostic, LanguageError, Source
from carhound.plan.nodes import Filter
from carhound.plan.predicates import Predicate

Compile = Callable[..., Compiled]


@pytest.fixture
def compile_text() -> Compile:
    """Compiles a text, in dialect mode unless said otherwise."""

    def run(text: str, mode: Mode = "dialect") -> Compiled:
        return compile_pseudocode(Source(text, "<test>"), mode)

    return run


@pytest.fixture
def parse_text() -> Callable[[str], Program]:
    """Parses a text in dialect mode."""

    def run(text: str) -> Program:
        source = Source(text, "<test>")
        return parse(tokenize(source), Remarks(source))

    return run


@pytest.fixture
def predicate_of(compile_text: Compile) -> Callable[..., Predicate]:
    """The predicate that a condition on the events of an object becomes."""

    def run(condition: str, kind: str = "Process:Create", mode: Mode = "dialect") -> Predicate:
        plan = compile_text(f"a = search {kind}\nb = filter a where {condition}\noutput b", mode).plan
        assert isinstance(plan, Filter)
        return plan.predicate

    return run


@pytest.fixture
def error_of(compile_text: Compile) -> Callable[..., Diagnostic]:
    """What a text that cannot be compiled is refused with."""

    def run(text: str, mode: Mode = "dialect") -> Diagnostic:
        with pytest.raises(LanguageError) as caught:
            compile_text(text, mode)
        return caught.value.diagnostic

    return run


@pytest.fixture
def codes_of(compile_text: Compile) -> Callable[[str], list[str]]:
    """The codes of the remarks on a text."""

    def run(text: str) -> list[str]:
        return [remark.code for remark in compile_text(text).diagnostics]

    return run
