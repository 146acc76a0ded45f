"""What a program really is, whatever its file is called.

A file that was copied under another name keeps the OriginalFileName in its version resource, its Description
and its hashes. In this order the following are believed:

1. OriginalFileName, where it says something else than the path;
2. the same content (SHA256, SHA1 or MD5) seen in this evidence under a name that can be trusted;
3. where there is no OriginalFileName, the same IMPHASH together with the same Description, likewise: either
   alone is shared by programs that have nothing else in common;
4. the Description of regsvr32 and rundll32, which are renamed more often than others.

A name can be trusted that agrees with OriginalFileName, or that a file in Windows or Program Files has.
"""

import re
from collections.abc import Iterator, Mapping

from carhound.findings.lineage.events import Outline, Start
from carhound.model.folding import fold
from carhound.model.names import base_name

_DESCRIPTIONS = {
    "microsoft(c) register server": "regsvr32.exe",
    "windows host process (rundll32)": "rundll32.exe",
}
_INSTALLED = re.compile(r"(?:[a-z]:|\\systemroot|%systemroot%)\\(?:windows|program files(?: \(x86\))?)\\")
_WRITABLE = re.compile(r"\\windows\\(?:temp|tasks|tracing|system32\\spool\\drivers\\color)\\")
_NONE = frozenset({"", "-", "?"})
_MOST = 50_000
"""Contents remembered; evidence has thousands of programs, and whoever writes it could make millions."""
_MOST_MET = 500
"""Programs that need not be looked at again; few are started all the time."""


def is_installed(path: str) -> bool:
    """Whether a file lies where only administrators put programs: in Windows or Program Files."""
    folded = fold(path)
    return _INSTALLED.match(folded) is not None and _WRITABLE.search(folded) is None


def original_name(start: Start | Outline) -> str | None:
    """OriginalFileName, without what Windows adds for its language files; None where there is none."""
    name = (start.original_file_name or "").strip()
    if fold(name).endswith(".mui"):
        name = name[:-4]
    return None if name in _NONE else name


class TrueNames:
    """The names under which contents were met."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        """By what tells a content from others, its name, folded."""
        self._met: set[tuple[str | None, ...]] = set()

    def learn(self, start: Start | Outline) -> None:
        """Takes note of a program whose name can be trusted."""
        if start.image is None or start.hashes is None or len(self.known) >= _MOST:
            return
        said = (start.image, start.hashes, start.original_file_name, start.description)
        if said in self._met:
            return
        if len(self._met) == _MOST_MET:
            self._met.clear()
        self._met.add(said)
        name, original = base_name(start.image), original_name(start)
        if _alike(name, original) if original is not None else is_installed(start.image):
            for key in _keys(start):
                self.known.setdefault(key, fold(name))

    def join(self, known: Mapping[str, str]) -> None:
        """Takes over what is known of evidence behind that of these names."""
        for key, name in known.items():
            if len(self.known) < _MOST:
                self.known.setdefault(key, name)

    def of(self, start: Start | Outline) -> str | None:
        """What the program is, folded, where its path says something else."""
        if start.image is None:
            return None
        name, original = base_name(start.image), original_name(start)
        if original is not None and not _alike(name, original):
            return fold(original)
        for key in _keys(start):
            other = self.known.get(key)
            if other is not None and not _alike(name, other):
                return other if original is None else None
        told = _DESCRIPTIONS.get(fold(start.description or ""))
        return told if told is not None and not _alike(name, told) else None


def _alike(name: str, other: str) -> bool:
    """Whether two file names are one; OriginalFileName is often written without its extension."""
    one, two = fold(name), fold(other)
    return one == two or one.rpartition(".")[0] == two


def _keys(start: Start | Outline) -> Iterator[str]:
    """What tells a content from others, the surest first."""
    hashes = {
        fold(kind.strip()): fold(value.strip())
        for kind, _, value in (one.partition("=") for one in (start.hashes or "").split(","))
        if value.strip("0 ")
    }
    for kind in ("sha256", "sha1", "md5"):
        if kind in hashes:
            yield f"{kind}={hashes[kind]}"
    if "imphash" in hashes and start.description is not None:
        yield f"imphash={hashes['imphash']} {fold(start.description)}"
