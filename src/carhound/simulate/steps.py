"""The steps of a scenario: each is one thing that a process does, the first that it starts."""

import re
from collections import defaultdict
from typing import get_args

from msgspec import Struct, field

from carhound.simulate.deeds import DEEDS, FILE, file_of
from carhound.simulate.document import Value
from carhound.simulate.happenings import (
    DAY,
    HOUR,
    SECOND,
    End,
    Happening,
    Integrity,
    Key,
    Start,
)
from carhound.simulate.story import Host
from carhound.simulate.windows import well_known

GONE = "gone"
"""The parent of a process whose parent Windows knows no more."""

_UNITS = {"ms": 1000, "s": SECOND, "m": 60 * SECOND, "h": HOUR, "d": DAY}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhd])", re.ASCII)
_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
_PAUSE = 40_000
"""Between two steps where the scenario says nothing, in microseconds."""
_LONGEST = 3_660 * DAY
_KINDS: dict[str, tuple[str, ...]] = {
    "process": (
        "image",
        "command_line",
        "parent",
        "host",
        "user",
        "integrity",
        "directory",
        "session",
        "exit",
    )
    + FILE,
    "load": ("by", "signed", "signature", "status", *FILE),
    "file": ("by",),
    "registry": ("by", "key", "value"),
    "connect": ("by", "port", "host", "protocol", "initiated"),
    "dns": ("by", "answers", "status"),
    "end": ("status",),
}
"""What each kind of step may say beside `after` and `at`."""


class _Life(Struct):
    """A process of the story, while it is told."""

    host: Host
    key: Key
    start: int
    end: int | None = None
    last: int = 0


class Telling(Struct):
    """A story up to the step that is read next."""

    id: str
    start: int
    hosts: dict[str, Host]
    now: int = 0
    happenings: dict[str, list[Happening]] = field(default_factory=lambda: defaultdict(list))
    processes: dict[str, _Life] = field(default_factory=dict)
    latest: str | None = None
    """The process started last."""

    def lives(self) -> dict[str, tuple[tuple[int, int], ...]]:
        """By host: from when to when each process is needed."""
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for life in self.processes.values():
            found[life.host.name].append((life.start, life.last))
        return {host: tuple(sorted(ones)) for host, ones in found.items()}


def tell(telling: Telling, step: Value) -> None:
    """Adds what one step says. Raises ScenarioError."""
    if not step.is_mapping:
        step.fail("a step is keys and values", f"it begins with one of: {', '.join(_KINDS)}")
    everything = {name for names in _KINDS.values() for name in names}
    kinds = [kind for kind in _KINDS if kind in step.fields([*_KINDS, "after", "at", *sorted(everything)])]
    if len(kinds) != 1:
        found = " and ".join(kinds) or "none of them"
        step.fail(f"a step is one thing, this is {found}", f"write one of: {', '.join(_KINDS)}")
    kind = kinds[0]
    fields = step.fields([kind, "after", "at", *_KINDS[kind]])
    at = _moment(telling, fields)
    if kind == "process":
        _process(telling, fields, at)
        return
    if kind == "end":
        life = _life(telling, fields["end"], at)
        status = fields["status"].number(0, 0xFFFFFFFF) if "status" in fields else 0
        _end(life, at, fields["end"])
        telling.happenings[life.host.name].append(End(at, life.key, status))
        return
    by = fields.get("by")
    if by is None and telling.latest is None:
        step.fail("no process has been started yet", "begin with a 'process' step, or name one with 'by'")
    life = telling.processes[telling.latest or ""] if by is None else _life(telling, by, at)
    _check_alive(life, at, by or step)
    deed = DEEDS[kind](life.key, fields, at)
    telling.happenings[life.host.name].append(deed)


def user_name(value: Value) -> str:
    """DOMAIN\\name."""
    text = value.text()
    domain, _, name = text.partition("\\")
    if not domain or not name or "\\" in name:
        value.fail(f"{text!r} is no account", "write it like EXAMPLE\\alice or NT AUTHORITY\\SYSTEM")
    return text


def duration(value: Value) -> int:
    """`2s`, `1m 30s`, `3d 4h`, `250ms` as microseconds."""
    text = value.text()
    total, rest = 0.0, text.replace(" ", "")
    for match in _DURATION.finditer(rest):
        total += float(match[1]) * _UNITS[match[2]]
    if not rest or _DURATION.sub("", rest):
        value.fail(f"cannot read {text!r} as a time span", "write it like 250ms, 2s, 1m 30s or 3d 4h")
    if total > _LONGEST:
        value.fail(f"{text} is too long", "a story lasts ten years at most")
    return int(total)


def _moment(telling: Telling, fields: dict[str, Value]) -> int:
    if "at" in fields and "after" in fields:
        fields["at"].fail(
            "a step has 'at' or 'after'", "'at' counts from the start, 'after' from the step before"
        )
    if "at" in fields:
        telling.now = duration(fields["at"])
    else:
        telling.now += duration(fields["after"]) if "after" in fields else _PAUSE
    return telling.start + telling.now


def _process(telling: Telling, fields: dict[str, Value], at: int) -> None:
    name = fields["process"].text()
    for needed in ("image", "parent"):
        if needed not in fields:
            fields["process"].fail(f"{needed!r} is missing", f"write '{needed}: …' in the step")
    if name in well_known() or name == GONE or _LOCAL.fullmatch(name) is None:
        fields["process"].fail(f"{name!r} cannot name a process of the story", "choose another word")
    if name in telling.processes:
        fields["process"].fail(f"there is a process {name!r} already", "give every process a name of its own")
    host, parent = _parent(telling, fields, at)
    image = fields["image"].text()
    file = file_of(fields, image)
    if host.bits == 32 and "\\syswow64\\" in image.lower():
        fields["image"].fail(
            f"a 32-bit Windows has no SysWOW64, and {host.name} is one", "write 'bits: 64' or another path"
        )
    key: Key = (telling.id, name)
    life = telling.processes[name] = _Life(host, key, at, last=at)
    telling.latest = name
    found = telling.happenings[host.name]
    found.append(
        Start(
            at,
            key,
            parent,
            file,
            fields["command_line"].text() if "command_line" in fields else f'"{image}"',
            user_name(fields["user"]) if "user" in fields else None,
            _integrity(fields.get("integrity")),
            _directory(fields.get("directory")),
            fields["session"].number(0, 255) if "session" in fields else None,
        )
    )
    if "exit" in fields:
        found.append(_exit(life, fields["exit"]))


def _parent(telling: Telling, fields: dict[str, Value], at: int) -> tuple[Host, Key | None]:
    """The host and the parent of a new process; a process of the story keeps its children on its own host."""
    value = fields["parent"]
    name = value.text()
    host = next(iter(telling.hosts.values()))
    if "host" in fields:
        host = telling.hosts[fields["host"].one_of(telling.hosts)]
    if name == GONE:
        return host, None
    if name in well_known():
        return host, name
    life = _life(telling, value, at)
    _check_alive(life, at, value)
    if "host" in fields and host.name != life.host.name:
        fields["host"].fail(f"the parent {name!r} runs on {life.host.name}", "leave 'host' out")
    return life.host, life.key


def _life(telling: Telling, value: Value, at: int) -> _Life:
    name = value.text()
    life = telling.processes.get(name)
    if life is None:
        known = ", ".join([*telling.processes, *well_known(), GONE])
        value.fail(f"there is no process {name!r} above", f"name one of the story or of Windows: {known}")
    life.last = max(life.last, at)
    return life


def _check_alive(life: _Life, at: int, value: Value) -> None:
    name = life.key[1]
    if at < life.start:
        value.fail(f"{name!r} starts only later", "mend 'at' or 'after'")
    if life.end is not None and at > life.end:
        value.fail(f"{name!r} has ended by then", "let it end later, or mend 'at' or 'after'")
    life.last = max(life.last, at)


def _end(life: _Life, at: int, value: Value) -> None:
    if life.end is not None:
        value.fail(f"{life.key[1]!r} ends twice", "leave out 'exit' or the step 'end'")
    if at < life.last:
        value.fail(f"{life.key[1]!r} does something after its end", "let it end later")
    life.end = life.last = at


def _exit(life: _Life, value: Value) -> End:
    """`exit: 2s`, or with a status: `exit: {after: 2s, status: 5}`."""
    status = 0
    after = value
    if value.is_mapping:
        fields = value.fields(("after", "status"), ("after",))
        after = fields["after"]
        status = fields["status"].number(0, 0xFFFFFFFF) if "status" in fields else 0
    at = life.start + duration(after)
    _end(life, at, value)
    return End(at, life.key, status)


def _integrity(value: Value | None) -> Integrity | None:
    return None if value is None else value.one_of(get_args(Integrity))  # type: ignore[return-value]


def _directory(value: Value | None) -> str | None:
    return None if value is None else value.text().rstrip("\\") + "\\"
