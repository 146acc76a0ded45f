"""What a command line asks regsvr32 to do."""

import re
from typing import Literal

from msgspec import Struct

from carhound.model.folding import fold
from carhound.model.names import base_name

_WORD = re.compile(r'(?:[^\s"]|"[^"]*(?:"|$))+')
_SWITCH = re.compile(r"[/-](?![/-])")
_ARGUMENT = re.compile(r"(?:[/-][a-z?]+)*[/-]i:(.*)", re.IGNORECASE | re.DOTALL)
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_SHARE = re.compile(r"(?:\\\\|//)(?![?.][\\/])[^\\/]")


class Registration(Struct, frozen=True):
    """What regsvr32 was asked to register."""

    files: tuple[str, ...]
    """As written, without quotes."""
    argument: str | None
    """What stands after /i:, which DllInstall is given; empty where nothing does."""

    @property
    def scriptlet_host(self) -> str | None:
        """The file that is the host of scriptlets; the argument is then what it runs."""
        return next((one for one in self.files if _is_scriptlet_host(one)), None)

    @property
    def sources(self) -> tuple[str, ...]:
        """The files whose code is run: a scriptlet in the place of its host."""
        argument = self.argument
        if not argument:
            return self.files
        return tuple(argument if _is_scriptlet_host(one) else one for one in self.files)


def registration(command_line: str) -> Registration:
    """Reads `regsvr32 /s /n /u /i:http://x/y.sct scrobj.dll`, whatever the program is called.

    The 32-bit twin that the 64-bit regsvr32 starts has a command line without a program: it begins with a
    blank or a switch.
    """
    words = [one.replace('"', "") for one in _WORD.findall(command_line)]
    if words and _names_program(words[0], command_line):
        words = words[1:]
    files: list[str] = []
    argument: str | None = None
    for word in words:
        if not _SWITCH.match(word):
            files.append(word)
        elif found := _ARGUMENT.fullmatch(word):
            argument = found[1]
    return Registration(tuple(filter(None, files)), argument)


def remote(source: str) -> Literal["URL", "share"] | None:
    """Whether a source lies on another machine; device paths of this one do not."""
    if _URL.match(source):
        return "URL"
    return "share" if _SHARE.match(source) else None


def extension(path: str) -> str:
    """The ending of a file's name with its dot, folded; empty where it has none."""
    stem, dot, ending = fold(base_name(path)).rpartition(".")
    return dot + ending if stem else ""


def is_regsvr32(name: str | None) -> bool:
    """Whether a path or an original file name is that of regsvr32."""
    return name is not None and fold(base_name(name)) in ("regsvr32.exe", "regsvr32", "regsvr32.exe.mui")


def _is_scriptlet_host(file: str) -> bool:
    return fold(base_name(file)) in ("scrobj.dll", "scrobj")


def _names_program(word: str, command_line: str) -> bool:
    return is_regsvr32(word) or not (command_line[:1].isspace() or _SWITCH.match(word))
