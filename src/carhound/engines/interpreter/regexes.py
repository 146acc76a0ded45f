"""Regular expressions on RE2, which no expression and no text can make hang."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=32)
def compiled(expression: str, ignore_case: bool = False) -> Any:
    """The expression as RE2 has it, None where it cannot be compiled: it may come out of evidence."""
    import re2  # loaded by the few searches that use it

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    try:
        return re2.compile(encodable(expression), options)
    except re2.error:
        return None


def searcher(expression: str, ignore_case: bool = False) -> Callable[[str], Any] | None:
    """A function that looks for the expression in a text that is `encodable`."""
    found = compiled(expression, ignore_case)
    return None if found is None else found.search


def encodable(text: str) -> str:
    """The text as RE2 can take it: halves of surrogate pairs become U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
