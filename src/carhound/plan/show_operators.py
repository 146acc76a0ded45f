"""Each operator of a plan as one line for people, without what is indented below it."""

from functools import singledispatch

from carhound.plan.aggregates import spelt
from carhound.plan.nodes import (
    Aggregation,
    Append,
    Bin,
    Chart,
    Dedup,
    Difference,
    Eval,
    EventStats,
    Fields,
    FillDown,
    FillNull,
    Filter,
    Groups,
    Head,
    HeadWhile,
    Join,
    Lookup,
    MakeMv,
    MvCombine,
    MvExpand,
    Node,
    NoMv,
    Pairs,
    Rename,
    Replace,
    Reverse,
    Rex,
    Scan,
    Sed,
    Select,
    Series,
    Sort,
    SortKey,
    Stats,
    StrCat,
    StreamStats,
    SubsearchFilter,
    Substitution,
    Table,
    TableRows,
    Tail,
    Top,
)
from carhound.plan.predicates import Field
from carhound.plan.show_predicates import quoted, show_expression, show_field


def show_scan(scan: Scan, event_ids: frozenset[str] | None = None) -> str:
    """For example `scan sysmon, native names, -60d@d to -30d@d, baseline, event ids 1`."""
    said = [f"scan {scan.dataset.name}"]
    if scan.kinds is not None:
        said.append(" or ".join("/".join(kind) for kind in scan.kinds) or "no kind")
    said.append("CAR names" if scan.view == "car" else "native names")
    said.append(show_range(scan))
    if scan.role == "baseline":
        said.append("baseline")
    if event_ids is not None:
        said.append(f"event ids {', '.join(sorted(event_ids, key=lambda one: (len(one), one)))}")
    return ", ".join(said)


def show_range(scan: Scan) -> str:
    """The window of a scan as written."""
    if not scan.range.written:
        return "no window of its own"
    return f"{scan.range.earliest or 'the beginning'} to {scan.range.latest or 'now'}"


@singledispatch
def show_operator(node: Node) -> str:
    """The line of an operator; in brackets what it makes of letter case and of missing fields."""
    raise TypeError(f"no line for {type(node).__name__}")


@show_operator.register
def _(node: Scan) -> str:
    return show_scan(node)


@show_operator.register
def _(_node: Filter) -> str:
    return "filter"


@show_operator.register
def _(node: SubsearchFilter) -> str:
    what = "that match no row of" if node.negated else "that match a row of"
    rules = "any case, * in a value is wild, null: kept" if node.negated else "any case, null: false"
    return f"{'anti-join' if node.negated else 'join'}, rows {what}  [{rules}]"


@show_operator.register
def _(_node: Append) -> str:
    return "append the rows of"


@show_operator.register
def _(node: Join) -> str:
    most = {0: "all rows of", 1: "the first row of"}.get(node.most, f"the first {node.most} rows of")
    values = "" if node.overwrite else ", values here come first"
    missing = "kept" if node.outer else "dropped"
    return f"join by {_fields(node.fields)}, with {most}{values}  [exact case, null: {missing}]"


@show_operator.register
def _(node: TableRows) -> str:
    said = f"append, {len(node.table.rows):,} rows of the lookup table {quoted(node.table.name)}"
    return said if node.predicate is None else f"{said} on which"


@show_operator.register
def _(node: Lookup) -> str:
    keys = " and ".join(f"{quoted(column)} is {show_field(one)}" for column, one in node.keys)
    given = ", ".join(f"{quoted(column)} as {quoted(name)}" for column, name in node.outputs)
    kept = "" if node.overwrite else ", values here come first"
    return (
        f"look up {given} in {quoted(node.table.name)} where {keys}{kept}  [exact case, null: passes through]"
    )


@show_operator.register
def _(node: Dedup) -> str:
    kept = "first row" if node.keep == 1 else f"first {node.keep} rows"
    run = " in a row" if node.consecutive else ""
    after = ", later ones stay without the fields" if node.keep_events else ""
    null = "kept" if node.keep_empty else "dropped"
    return f"dedup {_fields(node.fields)}, {kept} of each{run}{after}  [exact case, null: {null}]"


@show_operator.register
def _(node: Fields) -> str:
    return f"fields {'all but ' if node.remove else ''}{', '.join(node.names)}"


@show_operator.register
def _(node: Table) -> str:
    return f"table {', '.join(node.names)}"


@show_operator.register
def _(node: Rename) -> str:
    return f"rename {', '.join(f'{old} as {quoted(new)}' for old, new in node.pairs)}"


@show_operator.register
def _(_node: Eval) -> str:
    return "eval  [exact case, null: passes through]"


@show_operator.register
def _(node: Sort) -> str:
    order = ", ".join(map(_key, node.keys))
    first = "" if node.limit is None else f", first {node.limit}"
    return f"sort {order}{first}  [exact case, null: last]"


@show_operator.register
def _(node: Head) -> str:
    return f"head {node.count}"


@show_operator.register
def _(node: Stats) -> str:
    return f"stats {_aggregations(node.aggregations)}{_groups(node.by)}"


@show_operator.register
def _(node: EventStats) -> str:
    return f"eventstats {_aggregations(node.aggregations)}{_groups(node.by, 'left as it is')}"


@show_operator.register
def _(node: StreamStats) -> str:
    said = ["the row itself too" if node.current else "the rows before"]
    if node.window:
        said.append(f"the last {node.window} {'' if node.shared or not node.by else 'of each '}at most")
    if node.reset_on_change:
        said.append("anew where the by-fields change")
    groups = _groups(node.by, "left as it is")
    return f"streamstats of {', '.join(said)}: {_aggregations(node.aggregations)}{groups}"


@show_operator.register
def _(node: Chart) -> str:
    table = f"chart {_aggregations(node.aggregations)}, a row for each {_place(node)}"
    return table + ("" if node.series is None else f", a column for each {_split(node.series)}")


def _place(node: Chart) -> str:
    buckets = node.buckets
    if buckets is None:
        return f"{show_field(node.over)}  [exact case, null: dropped]"
    span = f"at most {buckets.most} buckets" if buckets.span is None else str(buckets.span)
    return f"{span} of _time{'' if buckets.gaps else ' that has events'}"


def _split(series: Series) -> str:
    which = f"the {series.limit} {'least' if series.lowest else 'most'} of " if series.limit else ""
    others = [
        f"all other as {quoted(series.other)}" if series.limit and series.other is not None else "",
        "null: dropped" if series.null is None else f"null: {quoted(series.null)}",
    ]
    return f"{which}{show_field(series.field)}  [exact case, {', '.join(filter(None, others))}]"


@show_operator.register
def _(node: Top) -> str:
    which = "rare" if node.rare else "top"
    by = f" by {_fields(node.by)}" if node.by else ""
    other = "" if node.other is None else f", the rest as {quoted(node.other)}"
    return f"{which} {node.limit or 'all'} of {_fields(node.fields)}{by}{other}  [exact case, null: dropped]"


@show_operator.register
def _(node: HeadWhile) -> str:
    most = "" if node.limit is None else f", at most {node.limit}"
    null = "true" if node.null else "false"
    last = ", and the row that ends it" if node.keep_last else ""
    return f"head while {show_expression(node.condition)}{most}{last}  [exact case, null: {null}]"


@show_operator.register
def _(node: Tail) -> str:
    return f"tail {node.count}"


@show_operator.register
def _(_node: Reverse) -> str:
    return "reverse"


@show_operator.register
def _(node: Rex) -> str:
    most = "all matches" if node.most is None else "first match" if node.most == 1 else f"{node.most} matches"
    return f"rex {_raw(node.field)}, {most} of {quoted(node.expression)}  [exact case, null: unchanged]"


@show_operator.register
def _(node: Sed) -> str:
    match node.edit:
        case Substitution(expression, _, which):
            which_match = "every match" if which is None else f"match {which}"
            edit = f"{which_match} of {quoted(expression)} replaced"
        case others:
            edit = f"{quoted(others.characters)} to {quoted(others.others)}"
    return f"sed {show_field(node.field)}, {edit}  [exact case, null: unchanged]"


@show_operator.register
def _(node: FillNull) -> str:
    return f"fillnull {_names(node.names)} with {quoted(node.value)}"


@show_operator.register
def _(node: FillDown) -> str:
    return f"filldown {_names(node.names)}"


@show_operator.register
def _(node: MvExpand) -> str:
    most = "" if node.limit is None else f", at most {node.limit} of a row"
    return f"mvexpand {show_field(node.field)}{most}  [null: kept]"


@show_operator.register
def _(node: MakeMv) -> str:
    how = quoted(node.delimiter if node.tokenizer is None else node.tokenizer)
    empty = ", empty values too" if node.allow_empty else ""
    return f"makemv {show_field(node.field)}, {'at' if node.tokenizer is None else 'by'} {how}{empty}"


@show_operator.register
def _(node: NoMv) -> str:
    return f"nomv {show_field(node.field)}"


@show_operator.register
def _(node: MvCombine) -> str:
    return f"mvcombine {show_field(node.field)}  [exact case, null: kept apart]"


@show_operator.register
def _(node: Bin) -> str:
    width = f"at most {node.bins} bins" if node.width is None else f"bins of {node.width}"
    target = "" if node.target == node.field.name else f" as {quoted(node.target)}"
    return f"bin {show_field(node.field)}, {width}{target}"


@show_operator.register
def _(node: Replace) -> str:
    pairs = ", ".join(f"{quoted(old)} by {quoted(new)}" for old, new in node.pairs)
    return f"replace {pairs} in {_names(node.names)}  [exact case]"


@show_operator.register
def _(node: StrCat) -> str:
    parts = ", ".join(map(show_expression, node.parts))
    null = "nothing is made" if node.all_required else "empty"
    return f"strcat {parts} as {quoted(node.target)}  [null: {null}]"


@show_operator.register
def _(_node: Difference) -> str:
    return "rows that are not among  [any case]"


@show_operator.register
def _(node: Groups) -> str:
    gap = "" if node.gap is None else f", a new group after {node.gap:g} seconds without one"
    return f"group by {_fields(node.by)}{gap}  [any case, null: dropped]"


@show_operator.register
def _(node: Pairs) -> str:
    (left, right) = node.names
    keys = " and ".join(f"{left}.{one} = {right}.{other}" for one, other in node.keys)
    return f"pairs of {left} and {right}{f' with {keys}' if keys else ''}  [any case, null: no pair]"


@show_operator.register
def _(node: Select) -> str:
    made = (
        show_field(field) if field.name == name else f"{show_field(field)} as {quoted(name)}"
        for name, field in node.columns
    )
    return f"select {', '.join(made)}"


def _key(key: SortKey) -> str:
    way = "downwards" if key.descending else "upwards"
    kind = "" if key.kind == "auto" else f" as {key.kind}"
    return f"{show_field(key.field)}{kind} {way}"


def _raw(field: Field | None) -> str:
    return "the raw text" if field is None else show_field(field)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "all fields"


def _aggregations(aggregations: tuple[Aggregation, ...]) -> str:
    return ", ".join(map(_aggregation, aggregations))


def _aggregation(one: Aggregation) -> str:
    of = show_field(one.field) if one.field is not None else ""
    if one.expression is not None:
        of = show_expression(one.expression)
    name = spelt(one.function, one.rank)
    call = f"{name}({of})" if of else name
    return call if one.column == call else f"{call} as {quoted(one.column)}"


def _groups(by: tuple[Field, ...], null: str = "dropped") -> str:
    return f" by {_fields(by)}  [exact case, null: {null}]" if by else ""


def _fields(fields: tuple[Field, ...]) -> str:
    return ", ".join(map(show_field, fields))
