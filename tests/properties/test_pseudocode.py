"""Properties of the pseudocode parser: printing and parsing agree, and no text makes it fall over."""

from hypothesis import given
from hypothesis import strategies as st

from carhound.languages.pseudocode.compile import compile_pseudocode
from carhound.languages.pseudocode.lexer import string_end, tokenize
from carhound.languages.pseudocode.parser import parse
from carhound.languages.pseudocode.remarks import Remarks
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
    Run,
    Search,
    Select,
    Sum,
    Text,
    Top,
)
from carhound.model.diagnostics import LanguageError, Source

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
RELOPS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


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
EXPRESSIONS = st.one_of(
    st.builds(Search, st.lists(KINDS, min_size=1, max_size=3).map(tuple), st.none() | CONDITIONS),
    st.builds(Filter, st.none() | NAMES, CONDITIONS),
    st.builds(Group, SEVERAL, SEVERAL, st.one_of(st.none(), CONDITIONS, st.builds(MaxGap, DURATIONS))),
    st.builds(
        Select,
        NAMES,
        st.lists(st.builds(Item, PATHS, st.none() | NAMES, st.none() | NAMES), min_size=1, max_size=3).map(
            tuple
        ),
    ),
    st.builds(Join, SEVERAL, CONDITIONS),
    st.just(Run("CAR-2013-05-003")),
    st.builds(Difference, NAMES, NAMES),
    st.builds(Aggregate, NAMES, PATHS, st.none() | NAMES),
    LISTINGS,
    PATHS,
    st.builds(Sum, PATHS, STEPS).filter(
        lambda value: (
            not (
                len(value.steps) == 1
                and value.steps[0][0] == "-"
                and isinstance(value.steps[0][1], Path)
                and len(value.first.parts) == len(value.steps[0][1].parts) == 1
            )
        )
    ),
)
STATEMENTS = st.one_of(
    st.builds(Input, NAMES), st.builds(Assign, PATHS, EXPRESSIONS), st.builds(Output, SEVERAL)
)
PROGRAMS = st.one_of(
    st.lists(STATEMENTS, min_size=1, max_size=4).map(lambda found: Program(tuple(found))),
    CONDITIONS.map(lambda condition: Program((Bare(condition),))),
)

PIECES = st.sampled_from(
    [
        "a",
        "exe",
        "command_line",
        "Process",
        ":",
        "Create",
        " = ",
        "==",
        "!=",
        "<",
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
    ]
    + ['"', "'", "\\", '\\"', '"v"', "'v'", "*", "+", "-", "/", "{", "…", "“", "445", "1 day", "10.0.0.0/8"]
    + [" and ", " or ", " not ", " in ", " where ", " match ", ".matches(", " contains ", " exists", " null"]
    + [
        "search ",
        "filter ",
        "group ",
        " by ",
        "from ",
        " select ",
        "join ",
        "run Analytic:",
        "CAR-2013-05-003",
    ]
    + ["input ", "output ", "return ", "\n", "\r\n", "\n", " ", "does not contain ", "includes one of "]
    + [" in raw event", "TOP30(", " as ", "now", "\\d{1,3}", "C:\\x\\", "svchost.exe", "max time between"]
    + ["a = search Process:Create\nb = filter a where ", "\noutput b", 'exe == "x"', "image_path != "]
)
PROGRAM_LIKE = st.lists(PIECES, max_size=25).map("".join)
ANYTHING = st.one_of(st.text(max_size=60), PROGRAM_LIKE)


def _parse(text: str) -> Program:
    source = Source(text, "<property>")
    return parse(tokenize(source), Remarks(source))


@given(PROGRAMS)
def test_what_is_printed_parses_to_the_same_tree(program: Program) -> None:
    """Spans aside."""
    text = show(program)
    assert _parse(text) == program
    assert show(_parse(text)) == text


@given(ANYTHING)
def test_the_lexer_is_total(text: str) -> None:
    """Tokens cover the text from left to right, or a LanguageError says why not."""
    try:
        tokens = tokenize(Source(text, "<property>"))
    except LanguageError as error:
        assert error.diagnostic.render()
        return
    assert tokens[-1].kind == "end"
    places = [0, *(place for token in tokens for place in (token.span.start, token.span.end))]
    assert places == sorted(places)


@given(ANYTHING)
def test_the_parser_is_total(text: str) -> None:
    """What parses can be printed, and the print means the same."""
    try:
        program = _parse(text)
    except LanguageError as error:
        assert error.diagnostic.hint
        return
    assert _parse(show(program)) == program


@given(ANYTHING, st.sampled_from(["strict", "dialect"]))
def test_the_compiler_is_total(text: str, mode: str) -> None:
    """A plan, or a LanguageError that shows its place."""
    source = Source(text, "<property>")
    try:
        compiled = compile_pseudocode(source, "strict" if mode == "strict" else "dialect")
    except LanguageError as error:
        assert error.diagnostic.span is not None
        assert error.diagnostic.hint
        return
    assert all(remark.span is not None and remark.hint for remark in compiled.diagnostics)
