"""Splunk's configuration files: stanzas of settings (macros.conf, savedsearches.conf).

Splunk's Admin Manual, "How to edit a configuration file": `[stanza]`, `setting = value`, comments on lines of
their own that begin with `#`, and a backslash at the end of a line that goes on in the next.
"""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from carhound.errors import DocumentError
from carhound.model.diagnostics import Source

_STANZA = re.compile(r"\[(.*)\]\s*")
_SETTING = re.compile(r"\s*([\w.:-]+)\s*=[ \t]*", re.ASCII)


class Stanza(Struct):
    """One stanza and its settings; of a setting that stands twice the last counts, as in Splunk."""

    name: str
    line: int
    """Line of the file, from 1."""
    settings: dict[str, Source] = field(default_factory=dict)

    def text(self, setting: str) -> str:
        """The value of a setting, "" where there is none."""
        return self.settings[setting].text.strip() if setting in self.settings else ""

    def is_on(self, setting: str) -> bool:
        """Whether a setting says yes."""
        return self.text(setting).lower() in ("1", "true", "t", "yes", "y")


def read_stanzas(text: str, path: str) -> Mapping[str, Stanza]:
    """The stanzas of a file by name, in order; one that stands twice is one. Raises DocumentError."""
    found: dict[str, Stanza] = {}
    current: Stanza | None = None
    for number, lines in _logical(text):
        if (stanza := _STANZA.fullmatch(lines[0])) is not None and len(lines) == 1:
            current = found.setdefault(stanza[1], Stanza(stanza[1], number))
        elif (setting := _SETTING.match(lines[0])) is None:
            raise DocumentError(
                f"{path}:{number}: neither a stanza nor a setting",
                hint="write [name], and below it lines like definition = …",
            )
        elif current is not None:  # what stands before the first stanza is about all of them
            current.settings[setting[1]] = _value(lines, setting.end(), path, number)
    return found


def _logical(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that say something, each with those it goes on in, and the number of the first."""
    held: list[str] = []
    first = 1
    for number, line in enumerate(text.split("\n"), 1):
        if not held:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            first = number
        goes_on = line.endswith("\\")
        # A blank in the place of the backslash keeps every other character where it is in the file.
        held.append(line[:-1] + " " if goes_on else line)
        if not goes_on:
            yield first, held
            held = []
    if held:
        yield first, held


def _value(lines: list[str], start: int, path: str, number: int) -> Source:
    """The value of a setting and where it stands."""
    if len(lines) == 1:
        return Source(lines[0][start:].rstrip(), path, number, start)
    # The lines it goes on in begin at the margin: blanks stand for the setting's name in the first.
    return Source("\n".join([" " * start + lines[0][start:], *lines[1:]]).rstrip(), path, number)
