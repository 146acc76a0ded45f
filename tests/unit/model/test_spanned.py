"""What counts when two parts of texts are compared."""

import pickle
from typing import Any

import pytest

from carhound.languages.pseudocode import syntax
from carhound.languages.spl.words import Word
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.expressions import Binary, Constant, FieldValue
from carhound.plan.predicates import Absent, Field, Present

HERE, THERE = Span(1, 2), Span(5, 9)
ALIKE: list[tuple[Spanned, Spanned]] = [
    (Present(Field("Image"), HERE), Present(Field("Image"), THERE)),
    (Constant("x", HERE), Constant("x")),
    (FieldValue("a", HERE, "car"), FieldValue("a", THERE, "car")),
    (Binary("+", Constant(1, HERE), Constant(2), HERE), Binary("+", Constant(1), Constant(2, HERE))),
    (Word("a", True, HERE), Word("a", False, THERE)),
    (
        syntax.Match(syntax.Path(("a",), HERE), "b", HERE, HERE),
        syntax.Match(syntax.Path(("a",), THERE), "b", THERE, THERE),
    ),
]
UNLIKE: list[tuple[Spanned, Any]] = [
    (Present(Field("Image"), HERE), Present(Field("User"), HERE)),
    (Present(Field("Image"), HERE), Absent(Field("Image"), HERE)),
    (FieldValue("a", HERE), FieldValue("a", HERE, "car")),
    (Word("a", True, HERE), Word("b", True, HERE)),
    (Constant("x", HERE), ("x", HERE)),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_where_a_part_stands_does_not_count(one: Spanned, other: Spanned) -> None:
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_what_a_part_says_counts(one: Spanned, other: object) -> None:
    assert one != other


def test_another_process_gets_the_span_too() -> None:
    part = Present(Field("Image"), HERE)
    sent = pickle.loads(pickle.dumps(part))  # noqa: S301
    assert (sent, sent.span) == (part, HERE)


def test_a_part_does_not_change() -> None:
    with pytest.raises(AttributeError):
        Constant("x").value = "y"  # type: ignore[misc]
