"""A connection over Parquet files whose rows are events."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

import duckdb
from msgspec import Struct
from sqlglot import exp

from carhound.engines.sql.columns import EVENTS
from carhound.engines.sql.stems import candidates, filter_of
from carhound.errors import LakeError
from carhound.model.event_table import RECORD_COLUMNS, EventTable, tag_column
from carhound.model.windows import Window
from carhound.plan.stems import Stem

Row = Mapping[str, Any]

_MEMORY = "2GB"
"""What is more goes to temporary files."""
_BATCH = 4096
_READ, _SCHEMA = "READ_EVENTS", "wanted"
_TYPES = {"time": "timestamptz", "odd": "boolean", "sequence": "bigint", "identity": "blob", "key": "blob"}


class Candidates(Struct, frozen=True):
    """The rows that a stem may let through."""

    rows: Iterator[Row]
    """In the order of `sequence`; the columns asked for, and `odd`."""
    reasons: tuple[str, ...]
    """Why rows have to be put to the stem's conditions once more; without any, only odd ones have to."""

    @property
    def exact(self) -> bool:
        """Whether every row that is not odd is a match."""
        return not self.reasons

    def __iter__(self) -> Iterator[Row]:
        return self.rows


class EventFiles:
    """Some Parquet files with the columns of an `EventTable`, as one table of events.

    A file without one of the columns has nulls there. Raises LakeError for a file that cannot be read.
    """

    def __init__(self, table: EventTable, files: Sequence[str], *, threads: int | None = None) -> None:
        self.table = table
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": _MEMORY,
            "temp_directory": str(Path(tempfile.gettempdir()) / f"carhound-{uuid4().hex}"),
        }
        if threads is not None:
            config["threads"] = threads
        self._connection = duckdb.connect(config=config)
        self._set("TimeZone", _text("UTC"))
        # A plan is several queries, and each needs the footers of all files.
        self._set("parquet_metadata_cache", exp.true())
        tags = {tag_column(literal) for literal in table.literals}
        self._types = {
            name: "boolean" if name in tags else _TYPES.get(name, "text") for name in table.columns
        }
        self._define(list(files))

    def __enter__(self) -> "EventFiles":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the files."""
        self._connection.close()

    def matches(
        self,
        stem: Stem,
        window: Window,
        *,
        after_batch: int = 0,
        columns: Sequence[str] = RECORD_COLUMNS,
    ) -> Candidates:
        """The rows that a stem may let through in a window, of batches after `after_batch`.

        No match is missing. Times are aware UTC.
        """
        wanted = dict.fromkeys((*columns, "sequence", "odd"))
        query = candidates(stem, self.table, window, wanted, after_batch)
        return Candidates(self.rows(query), filter_of(stem, self.table).reasons)

    def rows(self, query: exp.Expr) -> Iterator[Row]:
        """The rows of a query over the table `events`, in batches as they are asked for.

        A star stands for the columns that are named anywhere in the query.
        """
        cursor = self._connection.cursor()
        try:
            reader = cursor.sql(self.statement(query)).to_arrow_reader(_BATCH)
            for batch in reader:
                yield from batch.to_pylist()
        except (duckdb.ParserException, duckdb.BinderException):
            raise
        except duckdb.Error as problem:
            raise _readable(problem) from problem
        finally:
            cursor.close()

    def statement(self, query: exp.Expr) -> str:
        """A query over the table `events`, as it is put to DuckDB."""
        # To bind a query takes as long as its table has columns, ten times as many as most queries name.
        named = {"sequence", *(one.name for one in query.find_all(exp.Column))}
        types = {name: kind for name, kind in self._types.items() if name in named}
        asked = query.copy()
        for table in list(asked.find_all(exp.Table)):
            if table.name == EVENTS:
                table.set("this", exp.func(_READ, exp.var(_schema(tuple(types.items()))), copy=False))
                table.set("alias", exp.TableAlias(this=exp.to_identifier(EVENTS)))
        return asked.sql(dialect="duckdb", copy=False)

    def _define(self, files: list[str]) -> None:
        """Makes the function that reads the columns of a schema, those that a file has not as nulls."""
        if files:
            source: exp.Expr = _read_parquet(files)
        else:
            nulls = [exp.alias_(_null(kind), name, quoted=True) for name, kind in self._types.items()]
            source = exp.select(*nulls).where(exp.false()).subquery()
        name, wanted = exp.to_table(_READ), exp.to_identifier(_SCHEMA)
        function = exp.UserDefinedFunction(this=name, expressions=[wanted], wrapped=True)
        table = exp.ReturnsProperty(this=exp.Schema(this=exp.var("TABLE")), is_table=True)
        query = exp.select("*").from_(source)
        properties = exp.Properties(expressions=[table])
        self._run(exp.Create(this=function, kind="MACRO", expression=query, properties=properties))

    def _set(self, name: str, value: exp.Expr) -> None:
        setting = exp.SetItem(this=exp.EQ(this=exp.var(name), expression=value), kind="GLOBAL")
        self._run(exp.Set(expressions=[setting]))

    def _run(self, statement: exp.Expr) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement.sql(dialect="duckdb", copy=False)).fetchall()
        except duckdb.Error as problem:
            raise _readable(problem) from problem


def _read_parquet(files: list[str]) -> exp.Expr:
    paths = exp.Array(expressions=[_text(_literal_glob(file)) for file in files])
    # Without a schema every query would begin with a look at all files.
    schema = _option("schema", exp.column(_SCHEMA))
    return exp.func("READ_PARQUET", paths, schema, _option("hive_partitioning", exp.false()))


@cache
def _schema(types: tuple[tuple[str, str], ...]) -> str:
    """The columns of a query, as SQL: many queries name the same ones."""
    columns = {
        name: _struct({"name": _text(name), "type": _text(kind), "default_value": exp.null()})
        for name, kind in types
    }
    return exp.ToMap(this=_struct(columns)).sql(dialect="duckdb", copy=False)


def _struct(values: Mapping[str, exp.Expr]) -> exp.Expr:
    return exp.Struct(
        expressions=[exp.PropertyEQ(this=_text(name), expression=value) for name, value in values.items()]
    )


def _literal_glob(path: str) -> str:
    """The path as a pattern that stands for nothing else."""
    return re.sub(r"[*?\[]", lambda one: f"[{one[0]}]", path)


def _option(name: str, value: exp.Expr) -> exp.Expr:
    return exp.EQ(this=exp.var(name), expression=value)


def _null(kind: str) -> exp.Expr:
    return exp.cast(exp.null(), kind)


def _text(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def _readable(problem: duckdb.Error) -> LakeError:
    lines = str(problem).splitlines() or [type(problem).__name__]
    return LakeError(
        f"the lake's files cannot be read: {lines[0]}",
        hint="a file was moved or is damaged: restore it, or ingest the evidence into a new lake",
    )
