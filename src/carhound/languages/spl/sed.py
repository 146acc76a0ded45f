"""The two commands of sed that `rex mode=sed` takes: `s/expression/replacement/flags` and `y/abc/xyz/`.

Splunk's Search Reference, "rex": the flags are `g`, or the number of the match; `\\1` in a replacement is a
group.
"""

import re
from typing import NoReturn

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.regexes import count_groups, to_re2
from carhound.model.diagnostics import Span
from carhound.plan.nodes import Substitution, Transliteration

_PART = re.compile(r"\\(\d)|\\(.)|([^\\]+|\\$)", re.DOTALL)


def read_edit(cursor: Cursor, text: str, span: Span) -> Substitution | Transliteration:
    """The edit of a sed expression, which stands at `span`."""
    command, delimiter = text[:1], text[1:2]
    if command not in ("s", "y") or not delimiter or delimiter.isalnum() or delimiter in "\\\n":
        _fail(cursor, "a sed expression is s/…/…/ or y/…/…/", span)
    parts = _cut(text[2:], delimiter)
    if len(parts) != 3:
        _fail(cursor, f"{command}{delimiter} needs three {delimiter}", span)
    old, new, flags = parts
    if command == "y":
        return _transliteration(cursor, _plain(old, delimiter), _plain(new, delimiter), flags, span)
    expression = to_re2(cursor, old.replace("\\" + delimiter, delimiter), span)
    known = count_groups(expression)
    replacement = _replacement(new)
    missing = next((part for part in replacement if isinstance(part, int) and part > known), None)
    if missing is not None:
        _fail(cursor, f"the replacement names group {missing}, which the expression does not have", span)
    return Substitution(expression, replacement, _which(cursor, flags, span))


def show_edit(edit: Substitution | Transliteration) -> str:
    """A sed expression that reads as the same edit."""
    if isinstance(edit, Transliteration):
        return f"y/{_escaped(edit.characters)}/{_escaped(edit.others)}/"
    flags = "g" if edit.which is None else "" if edit.which == 1 else str(edit.which)
    replacement = "".join(
        f"\\{part}" if isinstance(part, int) else _escaped(part) for part in edit.replacement
    )
    return f"s/{edit.expression.replace('/', chr(92) + '/')}/{replacement}/{flags}"


def _cut(text: str, delimiter: str) -> list[str]:
    """The text between delimiters; those behind a backslash cut nothing."""
    parts = [""]
    at = 0
    while at < len(text):
        if text[at] == delimiter:
            parts.append("")
            at += 1
            continue
        step = 2 if text[at] == "\\" else 1
        parts[-1] += text[at : at + step]
        at += step
    return parts


def _plain(text: str, delimiter: str) -> str:
    return re.sub(r"\\(.)", lambda match: match[1] if match[1] in ("\\", delimiter) else match[0], text)


def _replacement(text: str) -> tuple[str | int, ...]:
    """Text and numbers of groups; a backslash before anything else goes."""
    parts: list[str | int] = []
    for group, escaped, plain in _PART.findall(text):
        if group:
            parts.append(int(group))
        elif parts and isinstance(parts[-1], str):
            parts[-1] += escaped or plain
        else:
            parts.append(escaped or plain)
    return tuple(parts)


def _transliteration(cursor: Cursor, old: str, new: str, flags: str, span: Span) -> Transliteration:
    if flags or not old or len(old) != len(new):
        _fail(cursor, "y/…/…/ needs two texts of the same length, and no flags", span)
    return Transliteration(old, new)


def _which(cursor: Cursor, flags: str, span: Span) -> int | None:
    if flags == "g":
        return None
    if not flags:
        return 1
    if not (flags.isascii() and flags.isdecimal() and len(flags) < 10 and int(flags)):
        _fail(cursor, f"the flags {flags!r} are not g, nor the number of a match", span)
    return int(flags)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("/", "\\/")


def _fail(cursor: Cursor, message: str, span: Span) -> NoReturn:
    cursor.fail("SPL-P1", message, span, 'write "s/old/new/g"')
