"""What must hold of SPL for every text: printing and parsing agree, and errors have a place."""

from hypothesis import given
from hypothesis import strategies as st

from carhound.languages.spl.commands import (
    bin_,
    chart,
    dedup,
    eventstats,
    fields,
    filldown,
    fillnull,
    head,
    makemv,
    mvcombine,
    mvexpand,
    nomv,
    regex,
    rename,
    replace,
    reverse,
    rex,
    sort,
    stats,
    strcat,
    streamstats,
    table,
    tail,
    timechart,
    top,
    where,
)
from carhound.languages.spl.compile import compile_spl
from carhound.languages.spl.parser import parse
from carhound.languages.spl.search_expression import show_pipeline as show
from carhound.languages.spl.sort_keys import Key
from carhound.languages.spl.syntax import (
    BareTerm,
    Comparison,
    Conjunction,
    Disjunction,
    Membership,
    Negated,
    Pipeline,
    Search,
    SearchExpression,
    Subsearch,
)
from carhound.languages.spl.words import Word
from carhound.model.diagnostics import LanguageError, Source
from carhound.model.time_spans import TimeSpan
from carhound.plan.expressions import Binary, Call, Constant, Expression, FieldValue, Negation
from carhound.plan.nodes import Aggregation, Buckets, Series, Substitution, Transliteration
from carhound.plan.predicates import Field

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
words = texts.filter(bool).map(Word)
names = st.one_of(
    st.sampled_from(["Image", "ParentImage", "Computer Name", "AND", "a.b"]), texts.filter(bool)
).map(Word)
column_names = st.sampled_from(["Image", "n", "Computer Name"]).map(Word)


def grow(children: st.SearchStrategy[SearchExpression]) -> st.SearchStrategy[SearchExpression]:
    several = st.lists(children, min_size=2, max_size=3).map(tuple)
    return several.map(Conjunction) | several.map(Disjunction) | children.map(Negated)


leaves: st.SearchStrategy[SearchExpression] = st.one_of(
    st.builds(Comparison, names, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), texts.map(Word)),
    st.builds(Membership, names, st.lists(texts.map(Word), min_size=1, max_size=3).map(tuple)),
    st.builds(BareTerm, words),
    st.just(Disjunction(())),
)
searches = st.recursive(leaves, grow, max_leaves=6)


values: st.SearchStrategy[Expression] = st.deferred(
    lambda: st.one_of(
        st.builds(Constant, texts | st.integers(0, 10**6) | st.floats(0, 1e9)),
        st.builds(FieldValue, texts.filter(lambda text: "'" not in text)),
        st.builds(Binary, st.sampled_from("+-*/%."), values, values),
        st.builds(Negation, st.just("-"), values),
        st.builds(Call, st.sampled_from(["lower", "len"]), st.tuples(values)),
        st.builds(Call, st.just("if"), st.tuples(conditions, values, values)),
    )
)
conditions: st.SearchStrategy[Expression] = st.deferred(
    lambda: st.one_of(
        st.builds(Binary, st.sampled_from(["=", "!=", "<", ">="]), values, values),
        st.builds(Call, st.sampled_from(["like", "in"]), st.tuples(values, values)),
        st.builds(Call, st.sampled_from(["isnull", "isnotnull"]), st.tuples(values)),
        st.builds(Call, st.sampled_from(["true", "false"]), st.just(())),
        st.builds(Binary, st.sampled_from(["and", "or", "xor"]), conditions, conditions),
        st.builds(Negation, st.just("not"), conditions),
    )
)
many_names = st.lists(column_names, min_size=1, max_size=2).map(tuple)
starless = texts.filter(lambda text: "*" not in text)
keys = st.builds(Key, column_names, st.booleans(), st.sampled_from(["auto", "num", "str", "ip"]))
a_field = column_names.map(lambda one: Field(one.text))
some_fields = st.lists(a_field, min_size=1, max_size=2).map(tuple)
columns = texts.filter(bool)
aggregates = st.one_of(
    st.builds(Aggregation, st.sampled_from(["count", "values", "dc", "stdevp"]), a_field, columns),
    st.builds(Aggregation, st.just("perc"), a_field, columns, st.none(), st.sampled_from([0.0, 5.0, 99.95])),
    st.builds(Aggregation, st.just("count"), st.none(), columns, conditions | values),
)
several = st.lists(aggregates, min_size=1, max_size=2).map(tuple)
series = st.none() | st.builds(
    Series, a_field, st.integers(0, 20), st.booleans(), st.none() | columns, st.none() | columns
)
spans = st.none() | st.builds(
    TimeSpan, st.integers(1, 99), st.sampled_from(["s", "m", "h", "d", "w", "mon", "q", "y"])
)
piped = st.one_of(
    st.builds(where.Where, conditions),
    st.builds(
        dedup.Dedup,
        many_names,
        st.integers(1, 3),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.lists(keys, max_size=2).map(tuple),
    ),
    st.builds(fields.Fields, many_names, st.booleans()),
    st.builds(table.Table, many_names),
    st.builds(
        rename.Rename,
        st.lists(st.tuples(column_names, starless.filter(bool).map(Word)), min_size=1, max_size=2).map(tuple),
    ),
    st.builds(
        sort.Sort,
        st.lists(keys, min_size=1).map(tuple),
        st.none() | st.integers(1, 9),
    ),
    st.builds(head.Head, st.integers(0, 20)),
    st.builds(
        top.Top,
        many_names,
        st.just(()) | many_names,
        st.dictionaries(st.sampled_from(["countfield", "percentfield"]), texts).map(
            lambda options: tuple(options.items())
        ),
        st.booleans(),
    ),
    st.builds(top.Top, many_names, st.just(()), st.just((("useother", True), ("limit", 3)))),
    st.builds(
        bin_.Bin,
        column_names,
        st.none()
        | st.sampled_from([0.5, 10.0])
        | st.builds(TimeSpan, st.integers(1, 9), st.sampled_from(["ms", "h", "d", "mon"]))
        | st.builds(TimeSpan, st.just(2), st.just("w"), st.integers(0, 6)),
        st.just(100),
        st.none() | texts.filter(bool),
    ),
    st.builds(filldown.FillDown, st.just(()) | many_names),
    st.builds(fillnull.FillNull, st.just(()) | many_names, texts),
    st.builds(
        head.Head,
        st.none() | st.integers(0, 9),
        conditions,
        st.booleans(),
        st.booleans(),
    ),
    st.builds(makemv.MakeMv, column_names, texts.filter(bool), st.none(), st.booleans()),
    st.builds(makemv.MakeMv, column_names, st.just(" "), st.just(r'([^,"\\]+),?')),
    st.builds(mvcombine.MvCombine, column_names),
    st.builds(mvexpand.MvExpand, column_names, st.integers(0, 9)),
    st.builds(nomv.NoMv, column_names),
    st.builds(
        replace.Replace,
        st.lists(st.tuples(texts.map(Word), starless.map(Word)), min_size=1, max_size=2).map(tuple),
        st.just(()) | many_names,
    ),
    st.builds(reverse.Reverse),
    st.builds(
        rex.Rex, st.none() | st.just("a b"), st.just(r'(?P<n>\S+)"\\(?P<m>\|)'), st.sampled_from([0, 1, 3])
    ),
    st.builds(
        rex.Rex,
        st.just("Image"),
        st.builds(
            Substitution,
            st.sampled_from(["a/b", r"(\\/)", '"(x)'.replace("x", r"\d+")]),
            st.sampled_from([(), ("a/", 0), (0, "\\"), ("&\n",)]),
            st.none() | st.integers(1, 3),
        )
        | st.builds(lambda text: Transliteration(text, text[::-1]), texts.filter(bool)),
    ),
    st.builds(
        strcat.StrCat,
        st.lists(texts.map(Constant) | st.just(FieldValue("Image")), min_size=1, max_size=3).map(tuple),
        column_names,
        st.booleans(),
    ),
    st.builds(tail.Tail, st.integers(0, 20)),
    st.builds(stats.Stats, several, st.just(()) | some_fields),
    st.builds(eventstats.EventStats, several, st.just(()) | some_fields),
    st.builds(
        streamstats.StreamStats,
        several,
        st.just(()) | some_fields,
        st.booleans(),
        st.integers(0, 9),
        st.booleans(),
        st.booleans(),
    ),
    st.builds(chart.Chart, several, a_field, series),
    st.builds(
        timechart.Timechart,
        several,
        st.builds(Buckets, spans, st.integers(1, 99), st.booleans(), st.booleans()),
        series,
    ),
    st.builds(
        regex.Regex,
        st.none() | st.just("Image"),
        texts.map(lambda text: text.replace("\\", "")).filter(str.isalnum),
    ),
    st.builds(Search, searches),
)
pipelines = st.builds(
    lambda first, rest: Pipeline((Search(first), *rest)), searches, st.lists(piped, max_size=3)
)
with_subsearch = st.builds(
    lambda outer, inner: Pipeline((*outer.commands, Search(Negated(Subsearch(inner))))), pipelines, pipelines
)


@given(pipelines | with_subsearch)
def test_a_printed_search_parses_to_the_same_tree(pipeline: Pipeline) -> None:
    text = show(pipeline)
    again, _ = parse(Source(text, "printed"))
    assert show(again) == text
    assert again == pipeline


def has_a_place(text: str) -> bool:
    """Whether a text compiles, or the error says where it does not."""
    try:
        compile_spl(Source(text, "any"))
    except LanguageError as problem:
        return problem.diagnostic.span is not None and bool(problem.diagnostic.render())
    return True


@given(st.text(alphabet=st.characters() | st.sampled_from('()[]|"=!<>,*\\`ANDORNOT '), max_size=60))
def test_any_text_compiles_or_says_where_it_does_not(text: str) -> None:
    assert has_a_place(text)


PARTS = 'Image="a*" ( ) OR AND NOT [search ] | stats count by where a = " IN earliest=-1d'.split()


@given(st.lists(st.sampled_from(PARTS), max_size=25))
def test_any_order_of_words_compiles_or_says_where_it_does_not(parts: list[str]) -> None:
    assert has_a_place(" ".join(parts))


@given(
    st.sampled_from(
        ["(", "NOT ", "a=1 OR ", "[search ", "| head 5 ", "| where not ", "| where a=1 or ", "| where lower("]
    ),
    st.integers(1, 1500),
    st.sampled_from(["a=1", ")", "]", ""]),
)
def test_no_repetition_is_too_much_for_the_parser(part: str, times: int, end: str) -> None:
    assert has_a_place("EventCode=1 " + part * times + "a=1" + end * times)
