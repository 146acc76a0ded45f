"""The file of an analytic as text, before anything is known about its form."""

import codecs
import hashlib
from pathlib import Path, PurePath
from typing import BinaryIO

from msgspec import Struct

from carhound.analytics.analytic import DocumentSource
from carhound.errors import DocumentError
from carhound.model.diagnostics import Source

LARGEST = 8 * 1024 * 1024
"""Bytes. The largest document of CAR has some 20 kB; anything this large is a wrong path."""


class NotAnalyticError(DocumentError):
    """A file that can be read and is something else: in a folder it is passed over."""


class Document(Struct, frozen=True):
    """A file's text, without byte order mark and with "\\n" as its only line end."""

    path: str
    text: str
    sha256: str

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return PurePath(self.path).stem

    @property
    def suffix(self) -> str:
        """The file's ending in lower case, with the dot."""
        return PurePath(self.path).suffix.lower()

    @property
    def source(self) -> DocumentSource:
        """What an `Analytic` keeps of the file."""
        return DocumentSource(self.path, self.sha256)

    def whole(self) -> Source:
        """The whole text, for remarks that point into it."""
        return Source(self.text, self.path)

    def error(self, problem: str, *, at: int = 0, hint: str | None = None) -> DocumentError:
        """An error at the character `at`."""
        line, column = self.whole().position(at)
        return DocumentError(f"{self.path}:{line}:{column}: {problem}", hint=hint)


def read_document(path: Path, name: str) -> Document:
    """Reads the file at `path`, called `name` in messages. Raises DocumentError."""
    try:
        with path.open("rb") as file:
            return decode(_limited(file, name), name)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise DocumentError(
            f"{name}: cannot be read: {reason}", hint="check the path and its permissions"
        ) from problem


def decode(data: bytes, name: str) -> Document:
    """The document in `data`: UTF-8, or UTF-16 with a byte order mark. Raises DocumentError."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DocumentError(
            f"{name}: is not text: byte {problem.start} is not {'UTF-16' if wide else 'UTF-8'}",
            hint="save the document as UTF-8",
        ) from problem
    return Document(name, text.replace("\r\n", "\n").replace("\r", "\n"), hashlib.sha256(data).hexdigest())


def _limited(file: BinaryIO, name: str) -> bytes:
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise DocumentError(
            f"{name}: is larger than {LARGEST // 1024 // 1024} MiB, which no analytic document is",
            hint="give the analytic with -a, and the evidence as an argument of its own",
        )
    return data
