"""Starts and ends of processes in outline, straight from JSON lines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

import orjson

from carhound.findings.lineage.events import (
    Header,
    Outline,
    Who,
    guid_in,
    host_key,
    microseconds,
    outline_in,
    pid_in,
)
from carhound.findings.lineage.keys import guid_key, guid_prefix, key_of_pid, stored_guid
from carhound.findings.lineage.outlines import EndRow, Rows, StartRow
from carhound.findings.lineage.rows import image_key, outline_of
from carhound.findings.lineage.true_names import TrueNames
from carhound.model.datasets import SYSMON
from carhound.readers.interface import Item, Lying, Sieve, Take, Taken
from carhound.readers.part import Part
from carhound.readers.values import text_of

_OTHERS = ("SourceProcessGuid", "SourceProcessGUID", "SourceProcessId")
"""Where events name their process in other fields."""
_OF_SYSMON: Mapping[str, tuple[str, ...]] = {
    "1": (
        *("ProcessGuid", "ProcessId", *_OTHERS, "ParentProcessGuid", "ParentProcessId"),
        *("Image", "Hashes", "OriginalFileName", "Description"),
    ),
    "5": ("ProcessGuid", "ProcessId", *_OTHERS),
}
_OF_SECURITY: Mapping[str, tuple[str, ...]] = {
    "4688": ("NewProcessId", "ProcessId", "NewProcessName"),
    "4689": ("ProcessId",),
}
_OTHER, _PARENT, _PROGRAM = 3, 6, 8
"""Where with the time before them these and the other fields begin."""
_NO_OTHERS = (None, None, None)
_NO_GUID = bytes(16)
_UNTOLD = ("", "-")
_MOST_HOSTS = 32
_MOST, _MOST_IMAGES, _MOST_PROGRAMS = 2000, 4000, 500
"""Of what is remembered; few programs are started all the time."""
_LONGEST, _LONGEST_IMAGE, _LONGEST_PROGRAM = 50, 300, 1000
"""Bytes of that."""

_Written = bytes | None
"""A field as JSON writes it; None where it is not there."""


class _Remembered(dict[_Written, bytes | None]):
    """What a function makes of the values of a field."""

    def __init__(self, make: Callable[[_Written], bytes | None], most: int, longest: int) -> None:
        super().__init__()
        self._make, self._most, self._longest = make, most, longest

    def __missing__(self, written: _Written) -> bytes | None:
        made = self._make(written)
        if written is None or len(written) <= self._longest:
            if len(self) == self._most:
                self.clear()
            self[written] = made
        return made


class _Keys:
    """The keys of the processes of one host."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._prefix = guid_prefix(host)
        self.numbers = _Remembered(self._number, _MOST, _LONGEST)
        """By process id."""
        self.parents = _Remembered(self.guid, _MOST, _LONGEST)
        """By GUID; many have the same."""

    def guid(self, written: _Written) -> bytes | None:
        """By a GUID."""
        if written is not None and written.startswith(b'"{') and written.endswith(b'}"'):
            stored = stored_guid(written[2:-2])
            if stored is not None and stored != _NO_GUID:
                return self._prefix + stored
        return guid_key(Who(self._host, guid_in({"": _text(written) or ""}, ""), None, None))

    def _number(self, written: _Written) -> bytes | None:
        pid = pid_in({"": _text(written) or ""}, "")
        return None if pid is None else key_of_pid(self._host, pid)


class Outlines:
    """The starts and ends in JSON lines."""

    def __init__(self, sieve: Sieve, names: TrueNames) -> None:
        """`names` learns from the starts."""
        self._sieve = sieve
        self._names = names
        self._rows: Rows = []
        self._keys = lru_cache(_MOST_HOSTS)(_Keys)
        self._images = _Remembered(_image, _MOST_IMAGES, _LONGEST_IMAGE)
        self._met: set[Sequence[_Written]] = set()
        """What was said of programs of which the names have learnt."""

    def read(self, part: Part) -> Iterator[Rows | Item]:
        """What a part tells; what cannot be told from its lines comes as events."""
        for item in part.picked(self):
            if self._rows:
                rows, self._rows = self._rows, []
                yield rows
            if isinstance(item, Lying):
                yield item.event
            elif not isinstance(item, Taken):
                yield item

    def fields(self, provider: str | None, channel: str | None, event_id: str | None) -> tuple[str, ...]:
        """The fields of the payload that tell of the process."""
        of_sysmon = SYSMON.holds(provider, channel)
        return (_OF_SYSMON if of_sysmon else _OF_SECURITY).get(event_id or "", ())

    def take(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> Take | None:
        """Adds a row for each of these events; None where they tell of no start or end."""
        header = Header(provider, channel, event_id, computer)
        if not self._sieve.can_match(*header):
            return None
        host, names = host_key(computer), self.fields(provider, channel, event_id)
        row = self._row_of_sysmon if SYSMON.holds(provider, channel) else self._row_of_security

        def take(values: Sequence[_Written], time: bytes, _place: int | None, _line: int) -> None:
            moment = microseconds(datetime.fromisoformat(time.decode()))
            made = row(self._keys(host), moment, values)
            if made is None:
                made = self._row_of_texts(header, moment, dict(zip(names, values[1:], strict=True)))
                self._learnt(values[_PROGRAM:])
            if made is not None:
                self._rows.append(made)

        return take

    def _row_of_sysmon(
        self, keys: _Keys, time: int | None, values: Sequence[_Written]
    ) -> StartRow | EndRow | None:
        """None where it takes more."""
        _, guid, pid, *_ = values
        own, number = keys.guid(guid), keys.numbers[pid]
        if values[_OTHER:_PARENT] != _NO_OTHERS or (own is None and number is None):
            return None
        if len(values) == _PARENT:
            return own, number, time
        if values[_PROGRAM:] not in self._met:
            return None
        parent, creator, image = values[_PARENT : _PROGRAM + 1]
        return own, number, self._images[image], time, keys.parents[parent], keys.numbers[creator]

    def _row_of_security(
        self, keys: _Keys, time: int | None, values: Sequence[_Written]
    ) -> StartRow | EndRow | None:
        _, pid, *more = values
        number = keys.numbers[pid]
        if number is None or not more:
            return None if number is None else (None, number, time)
        creator, image = more
        return None, number, self._images[image], time, None, keys.numbers[creator]

    def _row_of_texts(
        self, header: Header, time: int | None, written: Mapping[str, _Written]
    ) -> StartRow | EndRow | None:
        texts = {name: _text(one) for name, one in written.items()}
        one = outline_in(header, time, {name: text for name, text in texts.items() if text is not None})
        if isinstance(one, Outline):
            self._names.learn(one)
        return None if one is None else outline_of(one)

    def _learnt(self, program: Sequence[_Written]) -> None:
        if sum(map(len, filter(None, program))) <= _LONGEST_PROGRAM:
            if len(self._met) == _MOST_PROGRAMS:
                self._met.clear()
            self._met.add(program)


def _text(written: _Written) -> str | None:
    text = None if written is None else text_of(orjson.loads(written))
    return text if isinstance(text, str) else None


def _image(written: _Written) -> bytes | None:
    text = _text(written)
    return None if text is None or text in _UNTOLD else image_key(text)
