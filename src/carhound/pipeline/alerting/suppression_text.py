"""An entry as YAML, and behind the entries of a file that is otherwise left as it is, byte for byte."""

import re

from msgspec.structs import replace

from carhound.analytics.document import Document, decode
from carhound.analytics.yaml_tree import Node, compose
from carhound.errors import DocumentError
from carhound.findings.suppressions import Suppression
from carhound.outputs.escape import code, is_visible
from carhound.pipeline.alerting.suppressing import KNOWN_NAMES, parse_suppressions

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*[0-9]", re.ASCII)
"""What no YAML takes for anything but text."""
_HEADER = (
    "# Findings that carhound counts and does not report. Review changes like code.\n"
    "# docs/reference/suppressions.md describes the form.\n"
)
_INDENT = 2


def entry_text(entry: Suppression, indent: int = _INDENT) -> str:
    """The entry as an item of a list whose dashes stand behind so many blanks; ends in a line break."""
    lines = ["match:", *(f"  {_key(name)}: {_scalar(pattern)}" for name, pattern in entry.match)]
    lines += [f"reason: {_scalar(entry.reason)}", f"owner: {_scalar(entry.owner)}"]
    lines.append(f"expires: {entry.expires}")
    first, *rest = lines
    return "".join(
        [f"{' ' * indent}- {first}\n", *(f"{' ' * (indent + 2)}{line}\n" for line in rest)],
    )


def appended(data: bytes | None, path: str, entry: Suppression) -> bytes:
    """The content of a file with the entry behind its last line; None stands for no file.

    Raises DocumentError where the file is none of suppressions, or its form has no place for a further line.
    """
    if data is None:
        return (_HEADER + "suppressions:\n" + entry_text(entry)).encode()
    document = decode(data, path)
    before = parse_suppressions(document).entries
    text = _added(document, entry)
    if data and not data.endswith(b"\n"):
        text = "\n" + text
    if b"\r\n" in data:
        text = text.replace("\n", "\r\n")
    after = data + text.encode()
    if not _reads_as(after, path, (*before, entry)):
        raise DocumentError(
            f"{path}: no entry can be added behind the last line",
            hint="write the list with one dash for each entry, or add this one by hand:\n"
            + entry_text(entry),
        )
    return after


def _added(document: Document, entry: Suppression) -> str:
    root = compose(document)
    listed = None if root is None else (root.entries() or {}).get("suppressions")
    if listed is None:
        return "suppressions:\n" + entry_text(entry)
    return entry_text(entry, _INDENT if listed.null else _column(listed))


def _column(listed: Node) -> int:
    return int(listed.node.start_mark.column)


def _reads_as(data: bytes, path: str, entries: tuple[Suppression, ...]) -> bool:
    try:
        read = parse_suppressions(decode(data, path)).entries
    except DocumentError:
        return False
    return [replace(one, line=0) for one in read] == [replace(one, line=0) for one in entries]


def _key(name: str) -> str:
    return name if name in KNOWN_NAMES else _scalar(name)


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    if all(map(is_visible, text)):
        return "'" + text.replace("'", "''") + "'"
    escaped = (f"\\{one}" if one in '\\"' else one if is_visible(one) else code(one) for one in text)
    return '"' + "".join(escaped) + '"'
