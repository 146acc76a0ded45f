"""What can go wrong under a lake, said in its own words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from sqlalchemy.exc import SQLAlchemyError

from carhound.errors import LakeError

_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


@contextmanager
def as_lake_errors(folder: Path) -> Iterator[None]:
    """Turns the errors of the file system and the catalogue into LakeError."""
    try:
        yield
    except FileNotFoundError as error:
        raise LakeError(
            f"a file of the lake {folder} is missing: {error.filename or error}",
            hint=f"'carhound lake verify {folder}' lists what is missing; bring it back from a backup",
        ) from error
    except (OSError, SQLAlchemyError) as error:
        if is_full(error):
            raise LakeError(
                f"no room to write to the lake {folder}; it is as it was after the last commit",
                hint="make room and run the same command again: what is there already is not added twice",
            ) from error
        if isinstance(error, PermissionError):
            raise LakeError(
                f"the lake {folder} cannot be written to: {error}", hint="check who owns the folder"
            ) from error
        raise LakeError(f"the lake {folder} cannot be used: {error}") from error
    except pa.ArrowException as error:
        raise LakeError(
            f"a file of the lake {folder} cannot be read: {error}", hint="'carhound lake verify' says which"
        ) from error


def is_full(error: BaseException) -> bool:
    """Whether there was no room for what was to be written."""
    if isinstance(error, SQLAlchemyError):
        return "disk is full" in str(error)
    return isinstance(error, OSError) and error.errno in _FULL
