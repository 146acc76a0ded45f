"""A case file: all of a run in one .zip for another examiner, who can verify it with `sha256sum -c`.

Equal runs give equal bytes: entries stand in one order and carry no time of their own.
"""

import platform
import re
import zipfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from carhound.findings.run import Finding, Run
from carhound.outputs.escape import visible
from carhound.outputs.json_run import SCHEMA, finding_object
from carhound.outputs.json_text import encode
from carhound.outputs.render import render, render_report
from carhound.outputs.summary import diagnostic_lines, verdict_lines
from carhound.outputs.write import replaced

_TIME = (1980, 1, 1, 0, 0, 0)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r"})
_PACKAGE = re.compile(r"[A-Za-z0-9._-]+")

_README = """\
This is a case file of carhound {version}.

report.html      the report for people; open it in a browser, it needs no network
run.json         all that the run found, read and could not read (shape {schema})
findings.csv     one line per finding
events/          the matched events of each analytic as JSON lines: every field as
                 recorded ("native"), in the names of CAR ("car"), and each place where
                 the event was found ("places"); those of findings that a suppressions
                 file sets apart as well
evidence.sha256  SHA-256 of every file of evidence, paths as they were given to
                 carhound. A member of an archive has none: its archive is listed
versions.txt     carhound, Python, the libraries, and the SHA-256 of each analytic's document
diagnostics.txt  every remark about the analytics, and what was not read
SHA256SUMS       SHA-256 of all of these

To verify this file, unpack it and say there:
    sha256sum -c SHA256SUMS
To verify the evidence, go to where carhound was started and say:
    sha256sum -c CASE/evidence.sha256

Where the evidence was a lake, evidence.sha256 names none of its files, since a
lake is rewritten as it is looked after: its events are those in events/. Standard
input has no hash either.

The same command over the same evidence, with the same versions, makes this file
again byte for byte, unless the moment it counts from ("now" in run.json) was taken
from the clock.
"""


def write_case(path: Path, run: Run) -> None:
    """Writes the whole file or leaves what stood there. Raises UsageError."""
    with replaced(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        sums = [(_add(archive, name, content), name) for name, content in _entries(run)]
        _add(archive, "SHA256SUMS", [sum_line(digest, name) for digest, name in sums])


def _entries(run: Run) -> Iterator[tuple[str, Iterable[bytes]]]:
    yield "README.txt", _text(_README.format(version=run.info.version, schema=SCHEMA).splitlines())
    yield "diagnostics.txt", _text([*verdict_lines(run), *diagnostic_lines(run), *_left_out(run)])
    for name, findings in sorted(_by_analytic(run).items()):
        yield f"events/{name}.jsonl", (encode(finding_object(finding)) for finding in findings)
    yield "evidence.sha256", (sum_line(digest, name) for name, digest in _hashes(run))
    yield "findings.csv", render(run, "csv")
    yield "report.html", render_report(run)
    yield "run.json", render(run, "json")
    yield "versions.txt", _text(_versions(run))


def _add(archive: zipfile.ZipFile, name: str, content: Iterable[bytes]) -> str:
    """Adds an entry; returns its SHA-256."""
    info = zipfile.ZipInfo(name, _TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3  # Unix, whatever the system
    info.external_attr = 0o100644 << 16
    digest = sha256()
    with archive.open(info, "w", force_zip64=True) as entry:
        for chunk in content:
            digest.update(chunk)
            entry.write(chunk)
    return digest.hexdigest()


def sum_line(digest: str, name: str) -> bytes:
    """A line as sha256sum writes it: where a name holds a backslash or a line break, it is escaped."""
    escaped = name.translate(_ESCAPES)
    mark = "\\" if escaped != name else ""
    return f"{mark}{digest}  {escaped}\n".encode("utf-8", "surrogateescape")


def _by_analytic(run: Run) -> dict[str, list[Finding]]:
    """All findings, suppressed ones too, by the name of a file for their analytic."""
    files: dict[str, list[Finding]] = {}
    for finding in (*run.findings, *(one.finding for one in run.suppressed)):
        files.setdefault(_UNSAFE.sub("_", finding.analytic).lstrip(".") or "_", []).append(finding)
    return files


def _hashes(run: Run) -> list[tuple[str, str]]:
    files = {file.path: file.sha256 for file in run.evidence.files if file.sha256 is not None}
    return sorted({**files, **dict(run.evidence.archives)}.items())


def _left_out(run: Run) -> Iterator[str]:
    for file in run.evidence.files:
        for damage in file.damaged:
            yield visible(f"{file.path}: damaged: {damage.where}: {damage.reason}")
        for skipped in file.skipped:
            yield visible(f"{file.path}: skipped: {skipped.where or 'file'}: {skipped.reason}")
        for remark in file.remarks:
            yield visible(f"{file.path}: {remark.message} ({remark.code})")
        if file.sha256 is None:
            yield visible(f"{file.path}: no hash of its own")
    yield from (visible(f"{path}: no such path") for path in run.evidence.missing)
    yield from (visible(f"{path}: holds no events") for path in run.evidence.not_evidence)


def _versions(run: Run) -> Iterator[str]:
    yield f"carhound {run.info.version}"
    yield f"Python {platform.python_version()} ({platform.python_implementation()})"
    yield f"system {platform.system()} {platform.machine()}"
    named = {match[0] for one in requires("carhound") or () if (match := _PACKAGE.match(one))}
    for name in sorted(named):
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name}, not installed"
    for analytic in run.analytics:
        yield visible(f"{analytic.id} {analytic.sha256} {analytic.path}")


def _text(lines: Iterable[str]) -> Iterator[bytes]:
    return (f"{line}\n".encode() for line in lines)
