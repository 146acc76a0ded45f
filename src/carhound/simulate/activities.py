"""What people and Windows do all day, read from `noise.yaml`, which documents its own form."""

import re
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, cast

from msgspec import Struct

from carhound.simulate.happenings import SECOND, Integrity

_NAME = re.compile(r"\{(\w+)\}")
_NUMBERS = ("n", "big", "hex", "guid")


class Template(Struct, frozen=True):
    """A text with names in it."""

    parts: tuple[str, ...]
    """Text and name by turns, text first."""

    def fill(self, person: dict[str, str], random: Random) -> str:
        """The text with what a person has, and with what chance gives."""
        if len(self.parts) == 1:
            return self.parts[0]
        filled = list(self.parts)
        for at in range(1, len(filled), 2):
            filled[at] = person.get(filled[at]) or _chance(filled[at], random)
        return "".join(filled)


class Some(Struct, frozen=True):
    """So many of a list."""

    count: int
    of: tuple[Template, ...]

    def choose(self, random: Random) -> list[Template]:
        """Up to `count` of them, mostly all that may be."""
        count = min(self.count, len(self.of))
        return random.sample(self.of, count if random.random() < 0.7 else random.randint(0, count))


_NONE = Some(0, ())


class Act(Struct, frozen=True):
    """A process, and what it does."""

    image: Template
    commands: tuple[Template, ...]
    parent: str | None
    """A process of Windows or a resident; of a child, None is the process above it."""
    user: str | None
    """DOMAIN\\name, `user` for the person; None is whoever its parent runs as."""
    integrity: Integrity | None
    life: tuple[float, float]
    """Seconds, from and to."""
    chance: float
    by_parent: bool
    """Whether its parent does what is to be done."""
    loads: Some
    files: Some
    keys: Some
    names: Some
    children: tuple["Act", ...]
    only_64: bool
    """Whether it is of no use on a 32-bit Windows."""


class Activity(Struct, frozen=True):
    """An act, and how often."""

    act: Act
    always: float
    """Times an hour."""
    work: float
    """Times a working hour, in addition."""
    daily: int | None
    """A time of day, in microseconds."""
    share: float
    """The part of all machines that have it."""


class Life(Struct, frozen=True):
    """All of `noise.yaml`."""

    residents: dict[str, Act]
    activities: tuple[Activity, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    domain: str
    suffix: str


@cache
def everyday() -> Life:
    """The activities there are, read once."""
    tree = _tree()
    residents = {name: _act(entry) for name, entry in tree["residents"].items()}
    people = tree["people"]
    return Life(
        residents,
        tuple(_activity(entry) for entry in tree["activities"]),
        tuple(people["first"]),
        tuple(people["last"]),
        tree["domain"],
        tree["suffix"],
    )


@cache
def _tree() -> dict[str, Any]:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = Path(__file__).with_name("noise.yaml").read_bytes()
    return cast(dict[str, Any], yaml.load(text, Loader=loader))  # noqa: S506  # both are safe loaders


def _chance(name: str, random: Random) -> str:
    match name:
        case "n":
            return str(random.randrange(1000, 9999))
        case "big":
            return str(random.randrange(10**9, 10**12))
        case "hex":
            return f"{random.getrandbits(32):08x}"
        case "guid":
            digits = f"{random.getrandbits(128):032X}"
            return f"{{{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}}}"
        case _:
            return str(random.choice(_tree()["words"][name]))


def _activity(entry: dict[str, Any]) -> Activity:
    daily = entry.get("daily")
    time = None
    if daily is not None:
        hour, _, minute = daily.partition(":")
        time = (int(hour) * 60 + int(minute)) * 60 * SECOND
    return Activity(
        _act(entry), entry.get("always", 0.0), entry.get("work", 0.0), time, entry.get("share", 1.0)
    )


def _act(entry: dict[str, Any]) -> Act:
    commands = entry["command"]
    begin, end = entry.get("life", (0, 0))
    image: str = entry["image"]
    return Act(
        _template(image),
        tuple(_template(one) for one in ([commands] if isinstance(commands, str) else commands)),
        entry.get("parent"),
        entry.get("user"),
        entry.get("integrity"),
        (float(begin), float(end)),
        entry.get("chance", 1.0),
        entry.get("by") == "parent",
        _some(entry.get("loads")),
        _some(entry.get("files")),
        _some(entry.get("keys")),
        _some(entry.get("dns")),
        tuple(_act(child) for child in entry.get("children", ())),
        "SysWOW64" in image or "(x86)" in image,
    )


def _some(entry: dict[str, Any] | None) -> Some:
    return _NONE if entry is None else Some(entry["some"], tuple(_template(one) for one in entry["of"]))


def _template(text: str) -> Template:
    known = {"user", "home", "sid", "host", *_NUMBERS, *_tree()["words"]}
    parts: list[str] = [""]
    for at, piece in enumerate(_NAME.split(text)):
        if at % 2 == 0:
            parts[-1] += piece
        elif piece in known:
            parts += [piece, ""]
        else:  # braces of the text itself, as in a class id
            parts[-1] += f"{{{piece}}}"
    return Template(tuple(parts))
