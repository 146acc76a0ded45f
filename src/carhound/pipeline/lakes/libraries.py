"""What every command over a lake begins with."""

from importlib.util import find_spec

from carhound.errors import UsageError


def need_lake() -> None:
    """Raises UsageError where the libraries of the lake are not installed."""
    if any(find_spec(name) is None for name in ("pyarrow", "pyiceberg", "sqlalchemy")):
        raise UsageError("a lake needs libraries that are not installed", hint="pip install 'carhound[lake]'")
