"""An error as the command line shows it: what is wrong and where, then what to do."""

from carhound.errors import CarhoundError
from carhound.model.diagnostics import LanguageError
from carhound.outputs.escape import visible


def error_text(error: CarhoundError, width: int) -> str:
    """Lines for stderr. A mistake in a text is shown in its line, with carets, in at most `width` columns."""
    if isinstance(error, LanguageError):
        # Only this kind of error needs the terminal's libraries, which take their time to import.
        from carhound.outputs.terminal.page import Page
        from carhound.outputs.terminal.remarks import show_diagnostic

        page = Page(width, colour=False)
        show_diagnostic(page, error.diagnostic, 0)
        return "carhound: " + page.text()
    first, *more = str(error).splitlines() or [type(error).__name__]
    lines = [f"carhound: {visible(first)}", *(f"  {visible(line)}" for line in more)]
    if error.hint:
        lines.append(f"  hint: {visible(error.hint)}")
    return "\n".join(lines) + "\n"
