"""Pseudocode to a plan: text, tokens, syntax tree, plan."""

from carhound.languages.interface import Compiled
from carhound.languages.pseudocode.lexer import tokenize
from carhound.languages.pseudocode.lowering import lower
from carhound.languages.pseudocode.parser import parse
from carhound.languages.pseudocode.remarks import Mode, Remarks
from carhound.model.diagnostics import Source


def compile_pseudocode(source: Source, mode: Mode = "dialect") -> Compiled:
    """The plan of a program and the remarks on it.

    `dialect` takes the spellings that published programs use beside the plain ones, each with a remark;
    `strict` refuses them. Raises LanguageError for what cannot be parsed, bound or executed.
    """
    remarks = Remarks(source, mode)
    tokens = tokenize(source)
    program = parse(tokens, remarks)
    names = frozenset(token.text for token in tokens if token.kind == "name")
    plan = lower(program, remarks, names)
    return Compiled(plan, remarks.gathered())
