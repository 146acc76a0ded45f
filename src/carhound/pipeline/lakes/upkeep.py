"""`lake`: what a lake holds, whether it is whole, and keeping it in order."""

from datetime import UTC, datetime
from pathlib import Path

from carhound.errors import UsageError
from carhound.lake import history, upkeep, verify
from carhound.lake.store import Lake
from carhound.model.lake_reports import LakeCheck, LakeStats, Upkeep
from carhound.model.windows import resolve_time


def stats(folder: Path, catalog: str | None) -> LakeStats:
    """How large a lake is. Raises LakeError."""
    return verify.stats(Lake.open(folder, catalog))


def check(folder: Path, catalog: str | None) -> LakeCheck:
    """Whether all of a lake is there and can be read. Raises LakeError."""
    return verify.verify(Lake.open(folder, catalog))


def compact(folder: Path, catalog: str | None) -> Upkeep:
    """Makes small files one. Raises LakeError."""
    return upkeep.compact(Lake.open(folder, catalog))


def expire(folder: Path, catalog: str | None, age: str) -> Upkeep:
    """Removes whole days older than an age, "400d". Raises LakeError and UsageError."""
    now = datetime.now(UTC)
    hint = "write it like 400d, 12mon or 2y"
    if not age[:1].isdigit():
        raise UsageError(f"--older-than {age} is no age", hint=hint)
    try:
        until = resolve_time(f"-{age}", now, UTC)
    except UsageError as error:
        raise UsageError(f"--older-than {age} is no age", hint=hint) from error
    lake = Lake.open(folder, catalog)
    done = upkeep.expire(lake, until)
    if (folder / history.NAME).exists():
        history.History.of(lake).close()
    return done
