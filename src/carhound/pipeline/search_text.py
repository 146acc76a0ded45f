"""The text of `carhound search`: given as it is, in a file, or on standard input."""

from collections.abc import Callable
from pathlib import Path

from carhound.analytics.document import LARGEST, decode, read_document
from carhound.model.diagnostics import Source

SEARCH = "<search>"
_STANDARD_INPUT = "<stdin>"


def read_search(given: str, stdin: Callable[[int], bytes]) -> Source:
    """The search that is meant; `-` is standard input, `@FILE` or a file that ends in .spl what it holds.

    Raises DocumentError for a file that cannot be read.
    """
    if given == "-":
        return Source(decode(stdin(LARGEST), _STANDARD_INPUT).text, _STANDARD_INPUT)
    path = given.removeprefix("@")
    if path != given or (given.lower().endswith(".spl") and Path(given).is_file()):
        return Source(read_document(Path(path), path).text, path)
    return Source(given, SEARCH)
