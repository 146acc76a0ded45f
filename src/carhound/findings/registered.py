"""The files that regsvr32 was asked to register or that it loaded, counted while events are read."""

from collections import Counter
from datetime import datetime, tzinfo

from msgspec import Struct, field

from carhound.findings.regsvr32 import is_regsvr32, registration
from carhound.findings.run import Rows
from carhound.model.event import Cell, Event
from carhound.model.folding import fold
from carhound.model.instants import calendar_day, format_time
from carhound.model.names import short_name

COLUMNS = (
    "file",
    "asked",
    "loaded",
    "signed",
    "asked_by",
    "hosts",
    "days",
    "first",
    "last",
    "followed",
)

_FOLLOWED = 20
"""Different things kept of what one process did; the rest are "others"."""
_OTHERS = "others"

_Key = tuple[str, str, str]


class _File(Struct):
    """A file, letter case aside."""

    spellings: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    loaded: int = 0
    signed: dict[str, None] = field(default_factory=dict)
    asked_by: dict[str, str] = field(default_factory=dict)
    """By folded path, the path."""
    hosts: set[str] = field(default_factory=set)
    days: set[int] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None


class _Process(Struct):
    """A regsvr32."""

    files: set[str] = field(default_factory=set)
    followed: dict[str, None] = field(default_factory=dict)

    def follow(self, what: str) -> None:
        self.followed[what if len(self.followed) < _FOLLOWED else _OTHERS] = None


class Registered:
    """Files and processes of regsvr32 are kept, never events.

    A renamed regsvr32 is known by its OriginalFileName from its start on; what was read of it before that is
    not counted.
    """

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._files: dict[str, _File] = {}
        self._processes: list[_Process] = []
        self._current: dict[_Key, _Process] = {}
        """The latest of each identity: Windows gives process ids away again."""

    def add(self, event: Event) -> bool:
        """Counts an event; False where it tells nothing of regsvr32."""
        kind = event.kinds[0] if event.kinds else None
        if kind == ("process", "create"):
            followed = self._follow(event)
            return self._start(event) or followed
        if kind == ("module", "load"):
            return self._load(event)
        if kind == ("flow", "start"):
            where = _text(event, "dest_ip", "DestinationIp")
            port = _text(event, "dest_port", "DestinationPort")
            return self._deed(event, f"connected to {where or 'somewhere'}{f' port {port}' if port else ''}")
        if (name := _text(event, "", "QueryName")) is not None:
            return self._deed(event, f"asked for {name}")
        return False

    def rows(self, shown: int) -> Rows:
        """The files from rare to common: fewest hosts, then days, then events, then by name.

        A page for people shows the first `shown`.
        """
        followed: dict[str, dict[str, None]] = {}
        for process in self._processes:
            for name in process.files:
                followed.setdefault(name, {}).update(process.followed)
        ordered = sorted(self._files.items(), key=lambda item: _rarity(*item))
        return Rows(
            COLUMNS, tuple(_row(file, tuple(followed.get(name, ()))) for name, file in ordered), shown
        )

    def _start(self, event: Event) -> bool:
        """The start of a regsvr32."""
        image = _text(event, "image_path", "Image")
        if not is_regsvr32(image) and not is_regsvr32(_text(event, "", "OriginalFileName")):
            return False
        process = self._process(_identity(event, "guid", "ProcessGuid", "pid", "ProcessId"), anew=True)
        parent = _text(event, "parent_image_path", "ParentImage")
        for source in registration(_text(event, "command_line", "CommandLine") or "").sources:
            file = self._met(source, event)
            file.asked += 1
            if parent is not None and not is_regsvr32(parent):
                file.asked_by.setdefault(fold(parent), parent)
            process.files.add(fold(source))
        return True

    def _follow(self, event: Event) -> bool:
        """A process that a regsvr32 started, its own 32-bit twin aside."""
        image = _text(event, "image_path", "Image")
        if image is None or is_regsvr32(image):
            return False
        key = _identity(event, "parent_guid", "ParentProcessGuid", "ppid", "ParentProcessId")
        if not is_regsvr32(_text(event, "parent_image_path", "ParentImage")) and key not in self._current:
            return False
        self._process(key).follow(f"started {image}")
        return True

    def _load(self, event: Event) -> bool:
        key = _identity(event, "guid", "ProcessGuid", "pid", "ProcessId")
        module, image = _text(event, "module_path", "ImageLoaded"), _text(event, "image_path", "Image")
        if module is None or not (is_regsvr32(image) or key in self._current):
            return False
        file = self._met(module, event)
        file.loaded += 1
        if (signed := _signed(event)) is not None:
            file.signed[signed] = None
        self._process(key).files.add(fold(module))
        return True

    def _deed(self, event: Event, what: str) -> bool:
        key = _identity(event, "guid", "ProcessGuid", "pid", "ProcessId")
        if not is_regsvr32(_text(event, "image_path", "Image")) and key not in self._current:
            return False
        self._process(key).follow(what)
        return True

    def _process(self, key: _Key | None, *, anew: bool = False) -> _Process:
        found = None if key is None else self._current.get(key)
        # A GUID is never given away again; its process may have been met by what it did.
        if found is None or (anew and key is not None and key[1] == "pid"):
            found = _Process()
            self._processes.append(found)
            if key is not None:
                self._current[key] = found
        return found

    def _met(self, name: str, event: Event) -> _File:
        file = self._files.setdefault(fold(name), _File())
        file.spellings[name] += 1
        file.hosts.add(_host(event))
        if event.time is not None:
            file.days.add(calendar_day(event.time, self._zone).toordinal())
            file.first = event.time if file.first is None else min(file.first, event.time)
            file.last = event.time if file.last is None else max(file.last, event.time)
        return file


def _text(event: Event, car: str, native: str) -> str | None:
    """A field by its CAR name, else by its native one; Sysmon writes "-" for none."""
    value = event.car.get(car) if car else None
    if value is None:
        value = event.lookup(native)
    return value if isinstance(value, str) and value not in ("", "-") else None


def _host(event: Event) -> str:
    return fold(short_name(event.computer or ""))


def _identity(event: Event, guid: str, native_guid: str, pid: str, native_pid: str) -> _Key | None:
    """Host, kind and value of what tells a process from others; None where nothing does."""
    if (found := _text(event, guid, native_guid)) is not None:
        return _host(event), "guid", fold(found.strip("{}"))
    found = _text(event, pid, native_pid)
    return None if found is None else (_host(event), "pid", found)


def _signed(event: Event) -> str | None:
    signed = fold(_text(event, "signed", "Signed") or "")
    if signed == "false":
        return "not signed"
    if signed != "true":
        return None
    status = _text(event, "", "SignatureStatus")
    by = f"signed by {_text(event, 'signer', 'Signature') or 'somebody unnamed'}"
    return by if status is None or fold(status) == "valid" else f"{by}, but the signature is: {status}"


def _rarity(name: str, file: _File) -> tuple[int, int, int, str]:
    return len(file.hosts), len(file.days), file.asked + file.loaded, name


def _row(file: _File, followed: tuple[str, ...]) -> tuple[Cell, ...]:
    spelling = min(file.spellings, key=lambda one: (-file.spellings[one], one))
    times = (None if time is None else format_time(time) for time in (file.first, file.last))
    return (
        spelling,
        file.asked,
        file.loaded,
        _several(sorted(file.signed)),
        _several(sorted(file.asked_by.values())),
        len(file.hosts),
        len(file.days),
        *times,
        _several(sorted(followed)),
    )


def _several(values: list[str]) -> Cell:
    """No value, one, or several."""
    if len(values) > 1:
        return tuple(values)
    return values[0] if values else None
