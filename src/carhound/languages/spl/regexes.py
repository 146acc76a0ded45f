"""Regular expressions in a search: those that RE2 cannot run are errors where they stand."""

from carhound.languages.spl.cursor import Cursor
from carhound.model.diagnostics import Span


def check_regex(cursor: Cursor, expression: str, span: Span) -> None:
    """Fails where RE2 cannot compile the expression."""
    import re2  # loaded by the few searches that use it

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(expression, options)
    except (re2.error, UnicodeEncodeError) as problem:
        given = problem.args[0]
        reason = given.decode(errors="replace") if isinstance(given, bytes) else str(problem)
        cursor.fail(
            "SPL-R1",
            f"RE2 cannot run this expression: {reason}",
            span,
            "look-around and back-references have no RE2 form; rewrite without them",
        )
