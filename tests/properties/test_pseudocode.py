"""Properties of the pseudocode parser: printing and parsing agree, and no text makes it fall over."""

from collections.abc import Callable
from typing import TypeVar, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.languages.pseudocode.compile import compile_pseudocode
from carhound.languages.pseudocode.lexer import string_end, tokenize
from carhound.languages.pseudocode.parser import parse
from carhound.languages.pseudocode.remarks import Mode, Remarks
from carhound.languages.pseudocode.show import show
from carhound.languages.pseudocode.syntax import (
    Aggregate,
    Assign,
    Bare,
    Both,
    Bracket,
    Comparison,
    Containment,
    Difference,
    Duration,
    Either,
    Existence,
    Filter,
    Group,
    Input,
    InRawEvent,
    Item,
    Join,
    Kind,
    Listing,
    Match,
    MaxGap,
    Membership,
    Name,
    Negated,
    Now,
    Null,
    Number,
    Output,
    Path,
    Program,
    Relop,
    Run,
    Search,
    Select,
    Sum,
    Text,
    Top,
)
from carhound.model.diagnostics import Diagnostic, LanguageError, Source

Found = TypeVar("Found")

WORDS = st.sampled_from(["a", "exe", "processes", "command_line", "Image", "x1", "_y", "reg", "dest_port"])
NAMES = st.builds(Name, WORDS)
SEVERAL = st.lists(NAMES, min_size=1, max_size=3).map(tuple)
PATHS = st.lists(WORDS, min_size=1, max_size=3).map(lambda parts: Path(tuple(parts)))
NUMBERS = st.builds(Number, st.sampled_from(["0", "445", "1.5", "007"]))
DURATIONS = st.builds(
    Duration, st.sampled_from(["1", "30", "2.5"]), st.sampled_from(["second", "minute", "hour", "day"])
)


def _fits(value: str) -> bool:
    quoted = [quote + value.replace(quote, "\\" + quote) + quote for quote in "\"'"]
    return any(string_end(text + ")", 0) == (value, len(text)) for text in quoted)


def _is_no_difference(value: Sum) -> bool:
    sign, second = value.steps[0]
    single = all(isinstance(one, Path) and len(one.parts) == 1 for one in (value.first, second))
    return not (len(value.steps) == 1 and sign == "-" and single)


VALUES = st.one_of(
    st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=12),
    st.text(st.sampled_from(list("\\\"'*ab),] ")), max_size=12),
).filter(_fits)
TEXTS = st.builds(Text, VALUES)
INNER_TEXTS = st.builds(Text, VALUES.filter(lambda value: not value.endswith("\\")))
LITERALS = st.one_of(TEXTS, NUMBERS, PATHS, DURATIONS, st.just(Null()), st.just(Now()))
INNER = st.one_of(PATHS, st.builds(Bracket, WORDS), INNER_TEXTS, NUMBERS, DURATIONS, st.just(Null()))
SIGNS = st.sampled_from(["+", "-", "*", "/"])
STEPS = st.lists(st.tuples(SIGNS, st.one_of(PATHS, NUMBERS, DURATIONS)), min_size=1, max_size=2).map(tuple)
SUMS = st.builds(Sum, st.one_of(PATHS, NUMBERS, st.just(Now())), STEPS)
LISTINGS = st.lists(LITERALS, min_size=1, max_size=3).map(lambda items: Listing(tuple(items)))
RELOPS = st.sampled_from(get_args(Relop))


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """Chains of one or two relations; only the last operand may end in a backslash."""
    first = draw(st.one_of(INNER, SUMS))
    middle = draw(st.lists(st.one_of(INNER, SUMS), max_size=1))
    last = draw(st.one_of(TEXTS, INNER, SUMS))
    operands = (first, *middle, last)
    relops = draw(st.lists(RELOPS, min_size=len(operands) - 1, max_size=len(operands) - 1))
    return Comparison(operands, tuple(relops))


TESTS = st.one_of(
    comparisons(),
    st.builds(
        Membership,
        st.one_of(INNER, SUMS),
        st.one_of(LISTINGS, TEXTS, PATHS, st.builds(Top, st.just("30"), WORDS)),
        st.booleans(),
    ),
    st.builds(Match, INNER, VALUES),
    st.builds(Containment, INNER, TEXTS),
    st.builds(Containment, INNER, LISTINGS, st.booleans()),
    st.builds(Existence, INNER),
    st.builds(InRawEvent, TEXTS),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda items: Both(tuple(items))),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: Either(tuple(items))),
        st.builds(Negated, inner),
    ),
    max_leaves=6,
)
KINDS = st.builds(Kind, NAMES, st.lists(NAMES, max_size=2).map(tuple))
ITEMS = st.builds(Item, PATHS, st.none() | NAMES, st.none() | NAMES)
EXPRESSIONS = st.one_of(
    st.builds(Search, st.lists(KINDS, min_size=1, max_size=3).map(tuple), st.none() | CONDITIONS),
    st.builds(Filter, st.none() | NAMES, CONDITIONS),
    st.builds(Group, SEVERAL, SEVERAL, st.one_of(st.none(), CONDITIONS, st.builds(MaxGap, DURATIONS))),
    st.builds(
        Select,
        NAMES,
        st.lists(ITEMS, min_size=1, max_size=3).map(tuple),
    ),
    st.builds(Join, SEVERAL, CONDITIONS),
    st.just(Run("CAR-2013-05-003")),
    st.builds(Difference, NAMES, NAMES),
    st.builds(Aggregate, NAMES, PATHS, st.none() | NAMES),
    LISTINGS,
    PATHS,
    st.builds(Sum, PATHS, STEPS).filter(_is_no_difference),
)
STATEMENTS = st.one_of(
    st.builds(Input, NAMES), st.builds(Assign, PATHS, EXPRESSIONS), st.builds(Output, SEVERAL)
)
PROGRAMS = st.one_of(
    st.lists(STATEMENTS, min_size=1, max_size=4).map(lambda found: Program(tuple(found))),
    CONDITIONS.map(lambda condition: Program((Bare(condition),))),
)

PIECES = st.one_of(
    st.sampled_from(
        [" = ", "==", "!=", "<", "(", ")", "[", "]", ",", ".", ":", "*", "+", "-", "/", "\n", "\r\n"]
    ),
    st.sampled_from(['"', "'", "\\", '\\"', '"v"', "'v'", "“", "…", "C:\\x\\", "\\d{1,3}", "10.0.0.0/8"]),
    st.sampled_from(["a", "exe", "command_line", "Process", "Create", "svchost.exe", "445", "1 day", "now"]),
    st.sampled_from([" and ", " or ", " not ", " in ", " match ", ".matches(", " contains ", " exists"]),
    st.sampled_from(["search ", "filter ", "group ", "from ", "join ", "run Analytic:", "CAR-2013-05-003"]),
    st.sampled_from(
        [" where ", " by ", " select ", " as ", "input ", "output ", "return ", " null", "TOP30("]
    ),
    st.sampled_from([" does not contain ", " includes one of ", " in raw event", "TOP30("]),
    st.sampled_from(
        ["a = search Process:Create\nb = filter a where ", "\noutput b", 'exe == "x"', "user != "]
    ),
)
PROGRAM_LIKE = st.lists(PIECES, max_size=25).map("".join)
ANYTHING = st.one_of(st.text(max_size=60), PROGRAM_LIKE)


def _parse(text: str) -> Program:
    source = Source(text, "<property>")
    return parse(tokenize(source), Remarks(source))


def _attempt(run: Callable[[], Found]) -> tuple[Found | None, Diagnostic | None]:
    try:
        return run(), None
    except LanguageError as error:
        return None, error.diagnostic


def _is_helpful(refusal: Diagnostic | None) -> bool:
    return refusal is not None and refusal.span is not None and bool(refusal.hint and refusal.render())


@settings(deadline=None)
@given(PROGRAMS)
def test_what_is_printed_parses_to_the_same_tree(program: Program) -> None:
    """Spans aside."""
    text = show(program)
    assert _parse(text) == program
    assert show(_parse(text)) == text


@settings(deadline=None)
@given(ANYTHING)
def test_the_lexer_is_total(text: str) -> None:
    """Tokens cover the text from left to right, or a LanguageError says why not."""
    tokens, refusal = _attempt(lambda: tokenize(Source(text, "<property>")))
    if tokens is None:
        assert _is_helpful(refusal)
        return
    assert tokens[-1].kind == "end"
    places = [0, *(place for token in tokens for place in (token.span.start, token.span.end))]
    assert places == sorted(places)


@settings(deadline=None)
@given(ANYTHING)
def test_the_parser_is_total(text: str) -> None:
    """What parses can be printed, and the print means the same."""
    program, refusal = _attempt(lambda: _parse(text))
    if program is None:
        assert _is_helpful(refusal)
        return
    assert _parse(show(program)) == program


@settings(deadline=None)
@given(ANYTHING, st.sampled_from(get_args(Mode)))
def test_the_compiler_is_total(text: str, mode: Mode) -> None:
    """A plan, or a LanguageError that shows its place."""
    compiled, refusal = _attempt(lambda: compile_pseudocode(Source(text, "<property>"), mode))
    if compiled is None:
        assert _is_helpful(refusal)
        return
    assert all(remark.span is not None and remark.hint for remark in compiled.diagnostics)
