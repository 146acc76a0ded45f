"""The catalogue that names the table of a lake: a SQLite file in its folder, or one of the user's."""

import time
from pathlib import Path

from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchNamespaceError, NoSuchTableError, TableAlreadyExistsError
from pyiceberg.table import Table
from sqlalchemy.exc import SQLAlchemyError

from carhound.errors import LakeError
from carhound.lake.layout import iceberg_schema, partition_by_day, table_properties
from carhound.lake.places import EVENTS, FILE, NAMESPACE, TABLE, location_of, path_of
from carhound.model.event_table import EventTable

_LOCK_WAIT = 600
"""Seconds to wait for another process that writes to the SQLite file; a commit takes milliseconds."""
_ATTEMPTS = 5


def open_table(folder: Path, name: str | None) -> Table | None:
    """The table of the lake in `folder`, None where there is none. Raises LakeError."""
    if name is None and not (folder / FILE).is_file():
        return None
    catalogue = _catalogue(folder, name)
    try:
        table = catalogue.load_table(TABLE)
    except (NoSuchTableError, NoSuchNamespaceError):
        return None
    except SQLAlchemyError as error:
        raise LakeError(f"{folder / FILE} is no catalogue: {error.__cause__ or error}") from error
    except FileNotFoundError as error:
        raise LakeError(
            f"the catalogue of {folder} names a file that is missing: {error}",
            hint="a lake cannot be moved or copied: its files name one another by their full paths",
        ) from error
    return _checked(table, folder)


def create_table(folder: Path, name: str | None, columns: EventTable) -> Table:
    """A new table in `folder`; the one that is there where somebody else was faster. Raises LakeError."""
    folder.mkdir(parents=True, exist_ok=True)
    schema = iceberg_schema(columns)
    for attempt in range(_ATTEMPTS):
        try:
            catalogue = _catalogue(folder, name)
            catalogue.create_namespace_if_not_exists(NAMESPACE)
            table = catalogue.create_table(
                TABLE,
                schema,
                location=location_of(folder / EVENTS),
                partition_spec=partition_by_day(schema),
                properties=table_properties(columns),
            )
        except TableAlreadyExistsError:
            table = catalogue.load_table(TABLE)
        except (SQLAlchemyError, LakeError) as error:
            # Two that make the catalogue at once get in each other's way, but not twice.
            raced = isinstance(error, SQLAlchemyError) or isinstance(error.__cause__, SQLAlchemyError)
            if not raced or attempt == _ATTEMPTS - 1:
                raise
            time.sleep(0.2)
            continue
        return _checked(table, folder)
    raise AssertionError("not reached")


def _catalogue(folder: Path, name: str | None) -> Catalog:
    try:
        if name is not None:
            return load_catalog(name)
        uri = f"sqlite:///{(folder / FILE).as_posix()}?timeout={_LOCK_WAIT}"
        return SqlCatalog(NAMESPACE, uri=uri, warehouse=location_of(folder))
    except SQLAlchemyError as error:
        raise LakeError(f"{folder / FILE} cannot be opened: {error.__cause__ or error}") from error
    except Exception as error:  # what a catalogue may raise is not to be foreseen
        raise LakeError(
            f"the catalogue {name!r} cannot be opened: {error}",
            hint="describe it in .pyiceberg.yaml or in PYICEBERG_CATALOG__NAME__URI and the like",
        ) from error


def _checked(table: Table, folder: Path) -> Table:
    path = path_of(table.location())
    if path.resolve() != (folder / EVENTS).resolve():
        raise LakeError(
            f"the table {'.'.join(TABLE)} that the catalogue of {folder} names lies in {path}",
            hint="a lake cannot be moved or copied; with --catalog, name the folder it was made with",
        )
    return table
