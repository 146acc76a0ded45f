"""How a search is put together: bare terms, event ids, AND beside OR, missing fields, signatures."""

from collections.abc import Iterator

from carhound.model.diagnostics import Diagnostic, Span
from carhound.plan.lint.logic import Leaf, Values, signed, tree
from carhound.plan.nodes import Filter, Node, Scan, chain, subsearch_of
from carhound.plan.predicates import (
    All,
    AnyOf,
    Field,
    Matches,
    Not,
    Predicate,
    Term,
    conjuncts,
    covering,
    tests,
)
from carhound.plan.reads import test_fields
from carhound.plan.stems import EVENT_ID_FIELDS, Stem, stems

_SIGNATURES = {"Signed": "SignatureStatus", "Signature": "SignatureStatus", "signer": "signature_valid"}


def check_words(plan: Node, text: str) -> Iterator[Diagnostic]:
    """LINT-C15 to C20; `text` is what the plan was read from."""
    for stem in stems(plan):
        yield from _terms(stem)
        yield from _without_id(stem)
        yield from _missing(stem)
        yield from _signatures(stem)
    yield from _mixed(plan, text)


def _terms(stem: Stem) -> Iterator[Diagnostic]:
    for test in tests(stem.conditions):
        if not isinstance(test, Term):
            continue
        word = test.pattern.text
        if "\\" in word.strip("\\*"):
            message = f"{word} stands alone: it is looked for in every field"
            hint = "a field's name may be missing before it, such as Image="
            yield Diagnostic("LINT-C15", message, "warning", test.span, hint=hint)
        else:
            message = f"the bare term {word} must stand as a word of its own: not in x{word} nor {word}64"
            hint = "compare a field with a pattern if part of a word will do"
            yield Diagnostic("LINT-C16", message, "note", test.span, hint=hint)


def _without_id(stem: Stem) -> Iterator[Diagnostic]:
    """Branches that name no event id beside some that do."""
    if stem.scan.view == "car" or stem.event_ids() is not None:
        return
    for condition in stem.conditions:
        if not isinstance(condition, AnyOf):
            continue
        without = [item for item in condition.items if not _names_id(item)]
        if without and len(without) < len(condition.items):
            message = "this branch names no event id, while others beside it do"
            hint = "add EventCode=…, or put the ids before the whole group"
            yield Diagnostic("LINT-C17", message, "warning", covering(without[0]), hint=hint)


def _names_id(predicate: Predicate) -> bool:
    return any(
        isinstance(test, Matches) and test.field.name in EVENT_ID_FIELDS for test in tests((predicate,))
    )


def _missing(stem: Stem) -> Iterator[Diagnostic]:
    """Exclusions that also ask for the field, where nothing else does."""
    flat = [part for one in stem.conditions for part in conjuncts(one)]
    leaves = [leaf for one in flat if isinstance(leaf := tree(one), Leaf)]
    asked = {leaf.values.field for leaf in leaves if leaf.values is not None and leaf.values.inside}
    asked |= {field for one in flat if isinstance(one, AnyOf) for field in _in_every_branch(one)}
    seen: set[Field] = set()
    for leaf in leaves:
        values = leaf.values
        if values is None or values.inside or values.absent or values.field in asked | seen:
            continue
        seen.add(values.field)
        name = values.field.name
        message = f"!= asks for the field too: events without {name} are never found"
        hint = f"write NOT {name}=… to keep them" if values.field.view == "native" else "write not (… == …)"
        yield Diagnostic("LINT-C18", message, "note", leaf.test.span, hint=hint)


def _in_every_branch(choice: AnyOf) -> set[Field]:
    found: list[set[Field]] = []
    for item in choice.items:
        leaves = [tree(one) for one in conjuncts(item)]
        values = [leaf.values for leaf in leaves if isinstance(leaf, Leaf)]
        found.append({one.field for one in values if isinstance(one, Values) and one.inside})
    return set.intersection(*found) if found else set()


def _signatures(stem: Stem) -> Iterator[Diagnostic]:
    names = {field.name for test in tests(stem.conditions) for field in test_fields(test)}
    for test, _ in signed(stem.conditions):
        for field in test_fields(test):
            status = _SIGNATURES.get(field.name)
            if status is not None and status not in names:
                message = f"{field.name} is asked and {status} is not: expired and revoked signatures pass"
                hint = f"ask for {status} as well"
                yield Diagnostic("LINT-C19", message, "note", test.span, hint=hint)
                return


def _mixed(plan: Node, text: str) -> Iterator[Diagnostic]:
    """AND beside OR without parentheses: which binds tighter differs between the languages."""
    scan, *above = chain(plan)
    native = isinstance(scan, Scan) and scan.view == "native"
    for node in above:
        if isinstance(node, Filter):
            for span in _unbracketed(node.predicate, text, native):
                first, rule = (
                    ("OR", "a b OR c is a AND (b OR c)")
                    if native
                    else ("and", "a or b and c is a or (b and c)")
                )
                message = (
                    f"AND and OR stand side by side without parentheses, and {first} binds tighter: {rule}"
                )
                yield Diagnostic(
                    "LINT-C20", message, "note", span, hint="put parentheses where they are meant"
                )
        elif (inner := subsearch_of(node)) is not None:
            yield from _mixed(inner, text)


def _unbracketed(predicate: Predicate, text: str, native: bool) -> Iterator[Span]:
    inner, outer = (AnyOf, All) if native else (All, AnyOf)
    if isinstance(predicate, outer) and len(predicate.items) > 1:
        for item in predicate.items:
            span = covering(item)
            if isinstance(item, inner) and span is not None and _several(item) and not _bracketed(span, text):
                yield span
    if isinstance(predicate, All | AnyOf):
        for item in predicate.items:
            yield from _unbracketed(item, text, native)
    elif isinstance(predicate, Not):
        yield from _unbracketed(predicate.item, text, native)


def _several(predicate: All | AnyOf) -> bool:
    """Whether it was written as several clauses, and not as one with a list of values."""
    return len({covering(item) for item in predicate.items}) > 1


def _bracketed(span: Span, text: str) -> bool:
    return text[: span.start].rstrip().endswith("(") and text[span.end :].lstrip().startswith(")")
