"""What was read, and above all what was not."""

from collections import Counter
from collections.abc import Sequence

from carhound.findings.run import Evidence, FileReport, Run
from carhound.model.evidence import Damage
from carhound.outputs.terminal.page import Page, evidence
from carhound.outputs.wording import count, number, said_of_unread, size, some

FILES_SHOWN = 8
"""Files named under one heading."""

_PARTS_SHOWN = 3
_NAMES_SHOWN = 4
_HASHES_SHOWN = 200
LABEL = 14
_WHOLE = ("", "file")
"""How a reader names a file that was left out as a whole."""


def show_reading(page: Page, run: Run, indent: int) -> None:
    """Totals, then everything that may have held events and was left out."""
    read = run.evidence
    page.blank()
    page.line(("What was read", "bold"), indent=indent)
    inner = indent + 2
    _show_totals(page, read.files, inner)
    show_left_out(page, read, inner)
    _show_hashes(page, read, inner)


def show_left_out(page: Page, read: Evidence, indent: int) -> None:
    """Everything that may have held events and was not read, and what readers assumed."""
    _show_damage(page, read.files, indent)
    _show_skipped(page, read.files, indent)
    _show_names(page, "missing", ("path does not exist", "paths do not exist"), read.missing, indent)
    _show_names(
        page, "not evidence", ("file holds no events", "files hold no events"), read.not_evidence, indent
    )
    _show_remarks(page, read, indent)


def _show_totals(page: Page, files: Sequence[FileReport], indent: int) -> None:
    events, eligible = sum(file.events for file in files), sum(file.eligible for file in files)
    repeats = sum(file.duplicates for file in files)
    formats = Counter(file.format or "unknown shape" for file in files)
    shapes = ", ".join(f"{name} {number(many)}" for name, many in formats.most_common())
    total = size(sum(file.bytes or 0 for file in files))
    text = f"{count(len(files), 'file')}, {total}" + (f" ({shapes})" if shapes else "")
    if set(formats) == {"lake"}:
        page.labelled(
            "lake", evidence(", ".join(file.path for file in files)), indent=indent, label_width=LABEL
        )
    else:
        page.labelled("files", evidence(text), indent=indent, label_width=LABEL)
    page.labelled(
        "events",
        f"{number(events)}, of which {number(eligible)} eligible (of a kind that can match)",
        indent=indent,
        label_width=LABEL,
    )
    if unread := sum(file.unread for file in files):
        page.labelled("not looked at", said_of_unread(unread), indent=indent, label_width=LABEL)
    if repeats:
        page.labelled(
            "duplicates",
            f"{count(repeats, 'record')} of an event that had been met before",
            indent=indent,
            label_width=LABEL,
        )


def _show_damage(page: Page, files: Sequence[FileReport], indent: int) -> None:
    hurt = [file for file in files if file.damaged]
    if not hurt:
        return
    total = sum(len(file.damaged) for file in hurt)
    page.labelled(
        "damage",
        f"{count(total, 'part')} of {count(len(hurt), 'file')} could not be read",
        indent=indent,
        label_width=LABEL,
        style="bold yellow",
    )
    inner = indent + LABEL
    for file in hurt[:FILES_SHOWN]:
        page.line(evidence(file.path), indent=inner)
        for damage in file.damaged[:_PARTS_SHOWN]:
            page.line(evidence(_damage(damage), "dim"), indent=inner + 2)
        if (more := len(file.damaged) - _PARTS_SHOWN) > 0:
            page.line((f"and {number(more)} more in this file", "dim"), indent=inner + 2)
    _more_files(page, len(hurt), inner)


def _damage(damage: Damage) -> str:
    at = "" if damage.offset is None else f" at offset {number(damage.offset)}"
    return f"{damage.where}{at}: {damage.reason}"


def _show_skipped(page: Page, files: Sequence[FileReport], indent: int) -> None:
    """Parts left out, one entry per reason; those that may have held events first."""
    reasons: dict[tuple[bool, str], list[str]] = {}
    parts: set[str] = set()
    for file in files:
        for skipped in file.skipped:
            where = file.path
            if skipped.where not in _WHOLE:
                where += f", {skipped.where}"
                parts.add(skipped.reason)
            reasons.setdefault((not skipped.partial, skipped.reason), []).append(where)
    for (harmless, reason), places in sorted(reasons.items()):
        page.labelled(
            "not relevant" if harmless else "skipped",
            evidence(f"{count(len(places), 'part' if reason in parts else 'file')}: {reason}"),
            indent=indent,
            label_width=LABEL,
            style="dim" if harmless else "bold yellow",
        )
        if harmless:
            continue
        for place in places[:FILES_SHOWN]:
            page.line(evidence(place, "dim"), indent=indent + LABEL)
        _more_files(page, len(places), indent + LABEL)


def _show_names(page: Page, label: str, said: tuple[str, str], names: Sequence[str], indent: int) -> None:
    if names:
        text = f"{count(len(names), *said)}: {some(names, _NAMES_SHOWN)}"
        style = "bold yellow" if label == "missing" else "dim"
        page.labelled(label, evidence(text), indent=indent, label_width=LABEL, style=style)


def _show_remarks(page: Page, read: Evidence, indent: int) -> None:
    for remark, files in read.remarks():
        page.labelled(
            "noted",
            evidence(f"{remark.message} ({remark.code}, {count(files, 'file')})"),
            indent=indent,
            label_width=LABEL,
        )


def _show_hashes(page: Page, read: Evidence, indent: int) -> None:
    hashed = [(file.path, file.sha256) for file in read.files if file.sha256 is not None]
    hashed += read.archives
    if hashed:
        page.line(("SHA-256", "dim"), indent=indent)
    for path, sha256 in hashed[:_HASHES_SHOWN]:
        page.line(evidence(f"{sha256}  {path}"), indent=indent + 2)
    if (more := len(hashed) - _HASHES_SHOWN) > 0:
        page.line(f"and {count(more, 'more file')}: --format json lists them all", indent=indent + 2)


def _more_files(page: Page, total: int, indent: int) -> None:
    if (more := total - FILES_SHOWN) > 0:
        page.line(f"and {number(more)} more: --format json lists them all", indent=indent)
