"""Pseudocode to a plan: text, tokens, syntax tree, plan."""

from collections.abc import Callable

from msgspec.structs import replace

from carhound.languages.interface import Compiled
from carhound.languages.pseudocode.lexer import tokenize
from carhound.languages.pseudocode.lowering import lower
from carhound.languages.pseudocode.parser import parse
from carhound.languages.pseudocode.relations import Relation
from carhound.languages.pseudocode.remarks import Mode, Remarks
from carhound.languages.pseudocode.syntax import Run
from carhound.model.diagnostics import LanguageError, Source
from carhound.plan.rewrites.without_spans import without_spans

Analytics = Callable[[str], Source | None]
"""The program of an analytic by its id, None where there is none."""

_DEEPEST = 5


def no_analytics(_analytic: str) -> None:
    """For programs that stand alone."""


def compile_pseudocode(
    source: Source, mode: Mode = "dialect", analytics: Analytics = no_analytics
) -> Compiled:
    """The plan of a program and the remarks on it.

    `dialect` takes the spellings that published programs use beside the plain ones, each with a remark;
    `strict` refuses them. `analytics` finds what the program runs. Raises LanguageError for what cannot be
    parsed, bound or executed.
    """
    remarks = Remarks(source, mode)
    relation = _relation(source, remarks, analytics, 1)
    return Compiled(relation.node, remarks.gathered())


def _relation(source: Source, remarks: Remarks, analytics: Analytics, depth: int) -> Relation:
    tokens = tokenize(source)
    program = parse(tokens, remarks)
    names = frozenset(token.text for token in tokens if token.kind == "name")

    def run(value: Run) -> Relation:
        found = analytics(value.analytic)
        if found is None:
            hint = "it runs where that analytic comes with carhound or is named beside this one"
            message = f"there is no program of {value.analytic}"
            raise remarks.fail("PS-N4", message, value.span, hint)
        if depth == _DEEPEST:
            hint = "let no analytic run itself"
            raise remarks.fail("PS-P9", "analytics run one another too deeply", value.span, hint)
        inner = Remarks(found, remarks.mode)
        try:
            relation = _relation(found, inner, analytics, depth + 1)
        except LanguageError as problem:
            said = problem.diagnostic
            message = f"the program of {value.analytic} is not evaluated: {said.message}"
            raise remarks.fail(said.code, message, value.span, said.hint or "mend that program") from None
        for one in inner.gathered():
            message = f"in {value.analytic}: {one.message}"
            remarks.note(one.code, message, value.span, one.hint or "", one.severity)
        # Places in its text would be taken for places in this one.
        return replace(relation, node=without_spans(relation.node), span=value.span)

    return lower(program, remarks, names, run)
