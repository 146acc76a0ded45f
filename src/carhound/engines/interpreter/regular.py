"""Regular expressions on RE2, where none can make a search hang."""

from typing import Any


def compiled(expression: str, *, ignore_case: bool = False) -> Any:
    """The expression; it takes texts that `encodable` has seen."""
    import re2  # loaded by the few searches that use it

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    return re2.compile(expression, options)


def encodable(text: str) -> str:
    """The text as RE2 can take it: halves of surrogate pairs become U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
