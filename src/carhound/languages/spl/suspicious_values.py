"""Comparisons in eval and where that Splunk accepts and that are surely not meant."""

from collections.abc import Iterator

from carhound.languages.spl.suspicious_terms import is_sql_pattern
from carhound.model.diagnostics import Diagnostic, Source, Span
from carhound.plan.expressions import Binary, Call, Constant, Expression, FieldValue, parts
from carhound.plan.nodes import Eval, Filter, Node, Stats, chain, subsearch_of
from carhound.plan.predicates import Where, tests

_EXTENSIONS = frozenset("bat cmd com dll exe hta js msc msi ps1 scr sct sys vbs".split())


def suspicious_values(plan: Node, source: Source) -> Iterator[Diagnostic]:
    """A warning for every slip, with what to write in the place of the marked text."""
    for node in chain(plan):
        for expression in _expressions(node):
            for part in parts(expression):
                for message, code, span, hint in _slips(part):
                    yield Diagnostic(code, message, "warning", span, source, hint)
        if (inner := subsearch_of(node)) is not None:
            yield from suspicious_values(inner, source)


def _expressions(node: Node) -> Iterator[Expression]:
    match node:
        case Filter(_, predicate):
            yield from (test.expression for test in tests((predicate,)) if isinstance(test, Where))
        case Eval(_, assignments):
            yield from (expression for _, expression in assignments)
        case Stats(_, aggregations):
            yield from (one.expression for one in aggregations if one.expression is not None)
        case _:
            return


def _slips(part: Expression) -> Iterator[tuple[str, str, Span | None, str]]:
    match part:
        case Binary("=" | "!=" as operator, FieldValue(name), Constant(str() as text), span):
            if "*" in text or is_sql_pattern(text):
                wildcard = "*" if "*" in text else "%"
                message = f"{wildcard} is no wildcard beside {operator} here: it stands for itself"
                negated = "NOT " if operator == "!=" else ""
                yield message, "SPL-L6", span, f"write {negated}{_like(name, text)}"
        case Binary("=" | "!=" as operator, FieldValue(name), FieldValue(other), span):
            if other.lower() == "null":
                function = "isnull" if operator == "=" else "isnotnull"
                yield f"{other} without quotes is a field's name", "SPL-L8", span, f"write {function}({name})"
        case Binary("=" | "!=", _, Binary(".", FieldValue(first), FieldValue(second), joined)):
            if second.lower() in _EXTENSIONS:
                message = f"{first}.{second} without quotes joins the fields {first} and {second}"
                yield message, "SPL-L8", joined, f'write "{first}.{second}"'
        case Call("like", (FieldValue(name, field_span), Constant(str() as text)), span):
            if field_span is not None and span is not None:
                span = Span(min(field_span.start, span.start), span.end)
            if "*" in text and "%" not in text:
                message = "* is no wildcard in like(): it stands for itself"
                yield message, "SPL-L6", span, f"write {_like(name, text)}"
        case _:
            return


def _like(name: str, text: str) -> str:
    if text == "*":
        return f"isnotnull({name})"
    pattern = text.replace("*", "%").replace("\\", "\\\\")
    return f'like({name}, "{pattern}")'
