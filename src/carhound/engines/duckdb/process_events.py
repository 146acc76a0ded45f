"""The events of some computers that tell of processes."""

from collections.abc import Collection, Iterator, Sequence

from sqlglot import exp

from carhound.engines.duckdb.files import EventFiles, Row
from carhound.engines.sql.columns import EVENTS, column, native
from carhound.engines.sql.text import first_label, folded, storable, text
from carhound.model.event_table import RECORD_COLUMNS


def of_computers(files: EventFiles, hosts: Collection[str], event_ids: Sequence[str]) -> Iterator[Row]:
    """Events with these ids; of computers the first label of the name, folded, empty for none."""
    return files.rows(_query(_ids(event_ids), _hosts(hosts)))


def of_processes(
    files: EventFiles,
    hosts: Collection[str],
    event_ids: Sequence[str],
    guids: Collection[str],
    pids: Collection[str],
) -> Iterator[Row]:
    """Likewise, those that name one of some processes: by GUID (folded, without braces) or by process id."""
    guid = native(files.table, "ProcessGuid")
    for brace in "{}":
        guid = exp.Replace(
            this=guid, expression=exp.Literal.string(brace), replacement=exp.Literal.string("")
        )
    named = [_in(folded(guid), guids), _in(native(files.table, "ProcessId"), pids)]
    return files.rows(_query(_ids(event_ids), _hosts(hosts), exp.or_(*named, copy=False)))


def _query(*conditions: exp.Expr) -> exp.Select:
    wanted = [exp.column(name, quoted=True) for name in RECORD_COLUMNS]
    query = exp.select(*wanted).from_(EVENTS).where(*conditions, copy=False)
    return query.order_by(exp.column("sequence", quoted=True))


def _ids(event_ids: Sequence[str]) -> exp.Expr:
    return _in(column("event_id"), event_ids)


def _hosts(hosts: Collection[str]) -> exp.Expr:
    name = exp.Coalesce(this=column("computer"), expressions=[exp.Literal.string("")])
    return _in(folded(first_label(name)), hosts)


def _in(value: exp.Expr, texts: Collection[str]) -> exp.Expr:
    wanted = [text(one) for one in sorted(texts) if storable(one)]
    return exp.In(this=value, expressions=wanted) if wanted else exp.false()
