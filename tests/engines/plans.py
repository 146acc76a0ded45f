"""Random plans and random events to put them to: small worlds in which much coincides."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from carhound.model.datasets import EVERYTHING, MAPPED, SECURITY, SYSMON, SYSTEM
from carhound.model.event import RawEvent
from carhound.model.glob import Glob
from carhound.model.windows import ALL_TIME, TimeRange
from carhound.plan import nodes
from carhound.plan.expressions import Binary, Call, Constant, Expression, FieldValue, Negation
from carhound.plan.predicates import (
    Absent,
    All,
    AnyOf,
    Compares,
    Field,
    InNetwork,
    Matches,
    MatchesRegex,
    Not,
    Predicate,
    Present,
    Term,
    Where,
)


def built(kind: Callable[..., Any], *given: Any, **named: Any) -> st.SearchStrategy[Any]:
    """Values of a kind. Hypothesis is not shown the kind: its hints name what is not at hand there."""
    return st.builds(lambda *parts, **more: kind(*parts, **more), *given, **named)


NOW = datetime(2024, 6, 15, 13, tzinfo=UTC)
HEADER_NAMES = ["Computer", "EventCode", "EventID", "SourceName", "ComputerName", "hostname"]
PAYLOAD_NAMES = ["Image", "CommandLine", "User", "ParentImage", "a.b", 'q"~/\\', "0", "EventData_Computer"]
ALIAS_NAMES = ["process_name", "process", "parent_process_name", "user"]
NAMES = st.sampled_from(["Image", "CommandLine", *PAYLOAD_NAMES, *HEADER_NAMES, *ALIAS_NAMES, "none", "_raw"])
CAR_NAMES = st.sampled_from(["image_path", "exe", "command_line", "hostname", "pid", "none"])

PATHS = [
    r"C:\Windows\regsvr32.exe",
    r"c:\windows\REGSVR32.EXE",
    "C:/Temp/regsvr32.exe",
    "my-regsvr32.exe",
    "x.exe",
]
FOLDED = ["REGſVR32", "İ", "i", "\u212a", "k", "Σ", "ς", "σ", "É", "é"]
MARKS = ["a%b", "a_b", "a^b", "a*b", "axb", "*", "", "'", '"', "\\", "a\nb", "%20b", "a\tb", "-"]
NUMBERS = [
    "0",
    "-0",
    "1",
    "01",
    "1.0",
    "+1",
    "1e3",
    "1000",
    "1E+3",
    "1e999",
    "-1e999",
    ".5",
    "1_0",
    " 1",
    "inf",
    "nan",
]
HOSTS = ["10.0.0.1", "10.0.1.1", "10.0.0.01", "::1", "h1.corp", "H1", "192.168.1.7"]
SAFE = st.sampled_from([*PATHS, *FOLDED, *MARKS, *NUMBERS, *HOSTS]) | st.text("aAbB*%_^\\.1 ", max_size=4)
ODD = st.sampled_from(["\ud800", "a\0b", "a\0"]) | st.tuples(SAFE, SAFE)
VALUES = st.integers(0, 9).flatmap(lambda one: ODD if one == 9 else SAFE)

TIMES = st.sampled_from(
    [
        None,
        NOW,
        NOW - timedelta(microseconds=1),
        datetime(2024, 6, 14, tzinfo=UTC),
        datetime(2024, 6, 13, 23, 59, 59, 999000, tzinfo=UTC),
        datetime(2024, 5, 20, 1, 2, 3, 4, tzinfo=UTC),
        datetime(1969, 12, 31, tzinfo=UTC),
    ]
)
FIELDS = st.dictionaries(st.sampled_from([*PAYLOAD_NAMES, "Computer", "ProcessId"]), VALUES, max_size=5)
META = st.dictionaries(st.sampled_from(["User", "Image", "Message", "_raw", "a.b"]), VALUES, max_size=2)
PROVIDERS = st.sampled_from(
    ["Microsoft-Windows-Sysmon", "MİCROSOFT-Windows-Sysmon", "Microsoft-Windows-Security-Auditing", "x", None]
)
CHANNELS = st.sampled_from(["Microsoft-Windows-Sysmon/Operational", "SECURITY", "System", None])
EVENTS = st.lists(
    built(
        RawEvent,
        PROVIDERS,
        CHANNELS,
        st.sampled_from(["1", "1", "4688", "7", None]),
        st.sampled_from(["h1.corp.example", "H1", "a\0b", None]),
        st.none(),
        TIMES,
        FIELDS,
        META,
        st.just("item"),
    ),
    max_size=8,
)

FIELD = built(Field, NAMES) | built(Field, CAR_NAMES, st.just("car"))
LITERALS = SAFE | st.sampled_from(["\ud800", "a\0b"])
GLOBS = (LITERALS | SAFE.map(lambda text: f"*{text}") | SAFE.map(lambda text: f"{text}*")).map(Glob)
TERMS = (
    st.sampled_from(
        ["regsvr32.exe", "regsvr32*", "*regsvr32", "*", "a*b", "b", "corp", "sysmon", ".exe", "h1"]
    )
    | SAFE.filter(bool)
).map(Glob)
REGEXES = st.sampled_from(["regsvr32", "^a", "b$", "a.b", r"[\w]+\d", "(?i)k", "", r"\.exe$", "é"])


def _grow_expression(children: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    orders = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    others = st.sampled_from(["and", "or", "xor", "+", "-", "*", "/", "%", "."])
    patterns = SAFE.map(Constant)
    return st.one_of(
        built(Binary, orders, children, children),
        built(Binary, orders | others, children, children),
        built(Negation, st.sampled_from(["not", "-"]), children),
        built(Call, st.just("like"), st.tuples(children, patterns | children)),
        built(Call, st.sampled_from(["isnull", "isnotnull", "len", "lower"]), st.tuples(children)),
        built(Call, st.just("match"), st.tuples(children, REGEXES.map(Constant))),
        built(Call, st.sampled_from(["coalesce", "in"]), st.tuples(children, children)),
        built(Call, st.just("if"), st.tuples(children, children, children)),
        built(Call, st.sampled_from(["true", "null", "pi"]), st.just(())),
        built(Call, st.sampled_from(["upper", "tonumber", "mvcount", "typeof"]), st.tuples(children)),
    )


EXPRESSIONS = st.recursive(
    built(Constant, LITERALS | st.sampled_from([0, 1, 5, 1.5, 1000])) | built(FieldValue, NAMES),
    _grow_expression,
    max_leaves=5,
)
TESTS = st.one_of(
    built(Matches, FIELD, GLOBS, st.booleans()),
    built(Matches, FIELD, GLOBS),
    built(Compares, FIELD, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), LITERALS),
    built(
        InNetwork, FIELD, st.sampled_from(["10.0.0.0/8", "10.0.0.1/32", "10.0.0.0/23", "::/0"]), st.booleans()
    ),
    built(Present, FIELD),
    built(Absent, FIELD),
    built(Term, TERMS),
    built(MatchesRegex, st.none() | FIELD, REGEXES, st.booleans(), st.booleans()),
    built(Where, EXPRESSIONS),
    built(Present, st.just(Field("_time"))),
    built(Compares, st.just(Field("_time")), st.sampled_from(["<", ">="]), st.just("1718452800")),
)


def _grow(children: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    several = st.lists(children, max_size=3).map(tuple)
    return several.map(All) | several.map(AnyOf) | built(Not, children)


PREDICATES = st.recursive(TESTS, _grow, max_leaves=4)
RANGES = st.sampled_from(
    [ALL_TIME, ALL_TIME, TimeRange("-1d@d", "now"), TimeRange("-60d@d", "-1d@d"), TimeRange("now", "-1d")]
)
SCANS = built(
    nodes.Scan,
    st.sampled_from([EVERYTHING, EVERYTHING, SYSMON, SECURITY, SYSTEM]),
    st.just("native"),
    st.none(),
    RANGES,
) | built(
    nodes.Scan,
    st.just(MAPPED),
    st.just("car"),
    st.sampled_from([(("process", "create"),), (("module", "load"), ("process", "create")), ()]),
)
STEMS = SCANS | built(nodes.Filter, SCANS, PREDICATES)
KINDS = st.sampled_from(["auto", "auto", "num", "str", "ip"])
SOME_FIELDS = st.lists(FIELD, min_size=1, max_size=2, unique=True).map(tuple)
KEYS = FIELD | st.just(Field("_time"))
COLUMNS = st.lists(NAMES | st.sampled_from(["_time", "n", "Im*", "*"]), min_size=1, max_size=3).map(tuple)
AGGREGATIONS = st.lists(
    built(
        nodes.Aggregation,
        st.sampled_from(["count", "dc", "values", "min", "max", "sum", "avg", "list", "latest", "median"]),
        FIELD,
        st.sampled_from(["n", "m", "Image"]),
    )
    | built(nodes.Aggregation, st.just("count"), st.none(), st.just("count")),
    min_size=1,
    max_size=2,
).map(tuple)


@st.composite
def _subsearches(draw: st.DrawFn, inputs: st.SearchStrategy[nodes.Node]) -> nodes.Node:
    """As published ones are, and others."""
    below = draw(inputs)
    names = draw(st.lists(NAMES, min_size=1, max_size=2, unique=True))
    if draw(st.booleans()):
        below = nodes.Dedup(below, tuple(map(Field, names)), keep_empty=draw(st.booleans()))
    end = draw(st.sampled_from(["fields", "table", "top", "events"]))
    if end == "fields":
        return nodes.Fields(below, tuple(names))
    if end == "table":
        return nodes.Table(below, tuple(names))
    return below if end == "events" else nodes.Top(below, tuple(map(Field, names)), 2)


def _above(inputs: st.SearchStrategy[nodes.Node]) -> st.SearchStrategy[nodes.Node]:
    return st.one_of(
        built(nodes.Filter, inputs, PREDICATES),
        built(nodes.SubsearchFilter, inputs, _subsearches(STEMS), st.booleans()),
        built(nodes.SubsearchFilter, inputs, _subsearches(STEMS), st.booleans()),
        built(nodes.Dedup, inputs, SOME_FIELDS, st.integers(1, 2)),
        built(nodes.Dedup, inputs, SOME_FIELDS, st.just(1), st.booleans(), st.booleans(), st.booleans()),
        built(
            nodes.Sort,
            inputs,
            st.lists(built(nodes.SortKey, KEYS, st.booleans(), KINDS), min_size=1, max_size=2).map(tuple),
            st.none() | st.integers(1, 3),
        ),
        built(nodes.Head, inputs, st.integers(0, 4)),
        built(nodes.Stats, inputs, AGGREGATIONS, st.just(()) | SOME_FIELDS),
        built(nodes.Top, inputs, SOME_FIELDS, st.integers(0, 2), st.just(()), st.booleans()),
        built(
            nodes.Top,
            inputs,
            SOME_FIELDS,
            st.integers(0, 2),
            st.just(()) | SOME_FIELDS,
            st.booleans(),
            st.none() | st.just("n"),
            st.none() | st.just("percent"),
            st.none() | st.just("OTHER"),
        ),
        built(nodes.Tail, inputs, st.integers(0, 3)),
        built(nodes.Reverse, inputs),
        built(nodes.MvExpand, inputs, FIELD, st.none() | st.just(1)),
        built(nodes.FillNull, inputs, st.just(()) | COLUMNS),
        built(
            nodes.Rex, inputs, st.none() | FIELD, st.just(r"(?P<n>\w)\.(?P<Image>.)"), st.just(("n", "Image"))
        ),
        built(nodes.EventStats, inputs, AGGREGATIONS, st.just(()) | SOME_FIELDS),
        built(
            nodes.StreamStats,
            inputs,
            AGGREGATIONS,
            st.just(()) | SOME_FIELDS,
            st.booleans(),
            st.integers(0, 2),
            st.booleans(),
            st.booleans(),
        ),
        built(nodes.Fields, inputs, COLUMNS, st.booleans()),
        built(nodes.Table, inputs, COLUMNS),
        built(nodes.Rename, inputs, st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=2).map(tuple)),
    )


PLANS = st.one_of(STEMS, _above(STEMS), _above(_above(STEMS)), _above(_above(_above(STEMS))))
