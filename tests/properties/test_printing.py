"""Every text of the language cases, printed and read again, is the same tree, and the same plan."""

from typing import Any

import pytest

from carhound.languages.pseudocode.lexer import tokenize
from carhound.languages.pseudocode.parser import parse as parse_pseudocode
from carhound.languages.pseudocode.remarks import Remarks
from carhound.languages.pseudocode.show import show
from carhound.languages.spl.macros import expand
from carhound.languages.spl.parser import parse
from carhound.languages.spl.search_expression import show_pipeline
from carhound.model.diagnostics import Source
from carhound.plan.show import show as show_plan

from ..spec.test_cases import accepted, compiled_of, definitions_of


def written_in(language: str) -> list[Any]:
    found = [case for case in accepted() if language in case]
    return [pytest.param(case, id=f"{number}: {case['name']}") for number, case in enumerate(found)]


@pytest.mark.parametrize("case", written_in("spl"))
def test_a_search_is_what_it_is_printed_as(case: dict[str, Any]) -> None:
    text = expand(Source(case["spl"], "case"), definitions_of(case).macros).text
    pipeline, _ = parse(Source(text, "case"))
    printed = show_pipeline(pipeline)
    again, _ = parse(Source(printed, "printed"))
    assert again == pipeline
    assert show_pipeline(again) == printed
    assert show_plan(compiled_of(case | {"spl": printed}).plan) == show_plan(compiled_of(case).plan)


@pytest.mark.parametrize("case", written_in("pseudocode"))
def test_a_program_is_what_it_is_printed_as(case: dict[str, Any]) -> None:
    def read(text: str) -> Any:
        source = Source(text, "case")
        return parse_pseudocode(tokenize(source), Remarks(source, "dialect"))

    program = read(case["pseudocode"])
    printed = show(program)
    assert read(printed) == program
    assert show_plan(compiled_of(case | {"pseudocode": printed}).plan) == show_plan(compiled_of(case).plan)
