"""What a pattern lets through or hides besides what it names."""

import re
from collections.abc import Iterator

from carhound.model.diagnostics import Diagnostic, Severity, Span
from carhound.model.folding import fold
from carhound.model.glob import Glob
from carhound.model.windows_fields import PATHS
from carhound.plan.lint.logic import signed
from carhound.plan.nodes import Node
from carhound.plan.predicates import Matches, Predicate, Term
from carhound.plan.stems import stems

_WRITABLE = (
    r"C:\Windows\Temp",
    r"C:\Windows\Tasks",
    r"C:\Windows\tracing",
    r"C:\Windows\System32\spool\drivers\color",
    r"C:\Windows\System32\Tasks",
    r"C:\Windows\SysWOW64\Tasks",
    r"C:\Windows\Registration\CRMLog",
    r"C:\Windows\System32\FxsTmp",
)
"""Folders of Windows 10 as installed that any user may write to, as the lists for testing application control
have them. A few, not all."""

_DRIVE = re.compile(r"[A-Za-z]:\\")
_VARIABLE = re.compile(r"%[^%\s]+%")
_CLAUSE = re.compile(r"\b(?:AND|OR|NOT)\s+\(?\s*[A-Za-z_]\w*\s*!?=")
_TYPOGRAPHIC = re.compile("[‐-―−‘’“”„‟«»\u00a0]")
_SYSTEM = re.compile(r"(c:\\windows\\)(system32|syswow64)\\([^\\*]+)")


def check_patterns(plan: Node) -> Iterator[Diagnostic]:
    """LINT-C4 to C14."""
    for stem in stems(plan):
        for test, holds in signed(stem.conditions):
            if isinstance(test, Matches):
                excludes = test.negated is holds
                yield from _path(test, excludes)
            if isinstance(test, Matches | Term):
                yield from _text(test)
        yield from _uneven(stem.conditions)
        yield from _exact(stem.conditions)


def _remark(code: str, message: str, span: Span | None, hint: str, severity: Severity = "note") -> Diagnostic:
    return Diagnostic(f"LINT-{code}", message, severity, span, hint=hint)


def _path(test: Matches, excludes: bool) -> Iterator[Diagnostic]:
    text, field, span = test.pattern.text, test.field.name, test.span
    if field not in PATHS:
        return
    inner = text.strip("*")
    if excludes and inner:
        if text.startswith("*") and text.endswith("*") and inner[-1] not in "\\/" and "*" not in inner:
            hint = f"end it with the name (*\\{inner.lstrip(chr(92))}) if the file is meant"
            message = f"the exclusion {text} also hides files in folders so named: {_folder(inner)}"
            yield _remark("C4", message, span, hint)
        if text.endswith("*") and not text.startswith("*") and inner[-1] not in "\\/" and "\\" in inner:
            message = (
                f"the exclusion {text} has no backslash before its wildcard: it also hides {inner} Evil\\"
            )
            hint = f"write {inner}\\* for the folder alone"
            yield _remark("C5", message, span, hint, "warning")
        yield from _writable(test)
    if _loose(text):
        name = text[1:]
        does = "hides" if excludes else "matches"
        message = f"{text} is not bound to a whole name: it also {does} my{name}"
        yield _remark("C6", message, span, f"write *\\{name} for files of this name")
    if _DRIVE.match(text):
        message = (
            f"the drive {text[:2]} is written into the path: on a system with another one it matches nothing"
        )
        yield _remark("C8", message, span, "begin with *\\ if other drives count too")
    if "?" in text:
        message = f"? is no wildcard, and no path holds one: {text} matches nothing"
        yield _remark("C9", message, span, "the one wildcard is *", "warning")


def _folder(inner: str) -> str:
    return f"{inner}.d\\evil.exe"


def _loose(text: str) -> bool:
    return (
        text.startswith("*")
        and text.count("*") == 1
        and re.match(r"\*[^\\/.:][^\\/]*\.\w+$", text) is not None
    )


def _writable(test: Matches) -> Iterator[Diagnostic]:
    pattern, text = test.pattern, fold(test.pattern.text)
    if pattern.covers(Glob("*")):
        return
    hidden = [
        folder
        for folder in _WRITABLE
        if pattern.covers(Glob(f"{folder}\\*")) and fold(folder.rsplit("\\", 1)[1]) not in text
    ]
    if hidden:
        named = ", ".join(hidden[:4])
        yield _remark(
            "C7",
            f"the exclusion {test.pattern.text} hides folders that any user may write to: {named}",
            test.span,
            "name the folders you trust, or search these by themselves",
            "warning",
        )


def _text(test: Matches | Term) -> Iterator[Diagnostic]:
    text, span = test.pattern.text, test.span
    bare = _VARIABLE.sub("", text)
    if bare.startswith("%") or bare.endswith("%"):
        message = f"% is no wildcard here: {text!r} asks for a percent sign"
        yield _remark("C9", message, span, "the one wildcard is *", "warning")
    if "\n" in text:
        message = "a line break stands in the value: only a value with the same line break matches"
        yield _remark("C10", message, span, "write the value on one line", "warning")
    if _CLAUSE.search(text):
        message = "the value holds what looks like further clauses: a quote may be missing"
        yield _remark("C11", message, span, "close the value before the next clause", "warning")
    if (found := _TYPOGRAPHIC.search(text)) is not None:
        message = (
            f"the value holds {found[0]!r} (U+{ord(found[0]):04X}), as word processors write plain characters"
        )
        yield _remark("C12", message, span, "type it as a plain - or quote, or add the plain form", "warning")


def _uneven(conditions: tuple[Predicate, ...]) -> Iterator[Diagnostic]:
    """Programs left out in one of System32 and SysWOW64, where another is left out in both."""
    left_out: dict[tuple[str, str], dict[str, Matches]] = {}
    for test, holds in signed(conditions):
        if isinstance(test, Matches) and test.negated is holds:
            found = _SYSTEM.fullmatch(fold(test.pattern.text))
            if found is not None:
                left_out.setdefault((test.field.name, found[3]), {})[found[2]] = test
    even = {field for (field, _), folders in left_out.items() if len(folders) == 2}
    for (field, _), folders in left_out.items():
        if field in even and len(folders) == 1:
            ((folder, test),) = folders.items()
            other = "SysWOW64" if folder == "system32" else "System32"
            message = (
                f"{test.pattern.text} is left out and its twin in {other} is not, while others are in both"
            )
            yield _remark("C13", message, test.span, "leave out both, or say why not")


def _exact(conditions: tuple[Predicate, ...]) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for test, holds in signed(conditions):
        if not isinstance(test, Matches) or test.negated is holds or test.field.name in seen:
            continue
        if test.field.name in PATHS and not test.pattern.wild and _DRIVE.match(test.pattern.text):
            seen.add(test.field.name)
            message = f"{test.field.name} is asked for at exact paths: a copy at another path passes unseen"
            hint = "OriginalFileName (Sysmon 10 and later) names a program wherever it lies"
            yield _remark("C14", message, test.span, hint)
