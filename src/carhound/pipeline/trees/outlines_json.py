"""Starts and ends of processes in outline, straight from JSON lines."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import orjson

from carhound.findings.lineage.events import (
    DEEDS,
    EPOCH,
    MICROSECOND,
    Header,
    Outline,
    Who,
    guid_in,
    host_key,
    outline_in,
    pid_in,
    process_in,
    process_of,
)
from carhound.findings.lineage.keys import guid_key, guid_prefix, key_of_pid, number_key
from carhound.findings.lineage.line_places import Line, PackedLines, packed
from carhound.findings.lineage.outlines import EndRow, Rows, StartRow
from carhound.findings.lineage.rows import image_key, outline_of
from carhound.findings.lineage.true_names import TrueNames
from carhound.model.datasets import SYSMON
from carhound.model.event import RawEvent, Value
from carhound.model.guids import stored_guid
from carhound.readers.interface import Item, Lying, Sieve, Take, Taken
from carhound.readers.part import Part
from carhound.readers.values import text_of

_OTHERS = ("SourceProcessGuid", "SourceProcessGUID", "SourceProcessId")
"""Where events name their process in other fields."""
_OF_SYSMON: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(DEEDS, ("ProcessGuid", "ProcessId", *_OTHERS)),
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
_LINE = re.compile(r"line (\d+)", re.ASCII)
_ENOUGH = 1000
"""Lines that are told at once."""
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

    def __init__(self, host: str, most: int) -> None:
        """`most` is how many are remembered."""
        self._host = host
        self._prefix = guid_prefix(host)
        self.numbers = _Remembered(self._number, most, _LONGEST)
        """By process id."""
        self.guids = _Remembered(self.guid, most, _LONGEST)
        """By GUID, where that is likely to have been met before."""

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


class JsonOutlines:
    """The starts and ends in JSON lines, and where those lines are that will be asked for in full."""

    def __init__(self, sieve: Sieve, later: Sieve, names: TrueNames) -> None:
        """`later` is what will be asked for in full; `names` learns from the starts."""
        self._sieve = sieve
        self._later = later
        self._names = names
        self._rows: Rows = []
        self._lines: list[Line] = []
        self._hosts: dict[str, _Keys] = {}
        self._images = _Remembered(_image, _MOST_IMAGES, _LONGEST_IMAGE)
        self._met: set[Sequence[_Written]] = set()
        """What was said of programs of which the names have learnt."""
        self.placed = False
        """Whether it is known of all that was read where its lines are."""

    def read(self, part: Part) -> Iterator[Rows | Item | PackedLines]:
        """What a part tells; what cannot be told from its lines comes as events."""
        self.placed = part.file is not None
        for item in part.picked(self):
            if self._rows or self._lines:
                yield from self._told()
            if isinstance(item, Lying):
                self._note_event(item.event, item.place)
                yield item.event
            elif not isinstance(item, Taken):
                if isinstance(item, RawEvent):
                    self._note_event(item, None)
                yield item
        yield from self._told(at_end=True)

    def _told(self, *, at_end: bool = False) -> Iterator[Rows | PackedLines]:
        if self._rows:
            rows, self._rows = self._rows, []
            yield rows
        if self.placed and self._lines and (at_end or len(self._lines) >= _ENOUGH):
            lines, self._lines = self._lines, []
            yield packed(lines)

    def fields(self, provider: str | None, channel: str | None, event_id: str | None) -> tuple[str, ...]:
        """The fields of the payload that tell of the process."""
        of_sysmon = SYSMON.holds(provider, channel)
        return (_OF_SYSMON if of_sysmon else _OF_SECURITY).get(event_id or "", ())

    def take(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> Take | None:
        """Takes starts and ends, and where deeds are; None for any other event."""
        header = Header(provider, channel, event_id, computer)
        told, noted = self._sieve.can_match(*header), self.placed and self._later.can_match(*header)
        if not (told or noted):
            return None
        names = self.fields(provider, channel, event_id)
        keys = self._keys(host_key(computer))
        row = self._row_of_sysmon if SYSMON.holds(provider, channel) else self._row_of_security

        def take(values: Sequence[_Written], time: bytes, place: int | None, line: int) -> None:
            moment = (datetime.fromisoformat(time.decode()) - EPOCH) // MICROSECOND
            made = row(keys, moment, values)
            if made is None:
                made = self._row_of_texts(header, moment, names, values)
            if made is not None:
                self._rows.append(made)
                if noted:
                    self._note(made[0], made[1], place, line)

        def take_deed(values: Sequence[_Written], _: bytes, place: int | None, line: int) -> None:
            if values[_OTHER:] == _NO_OTHERS:
                self._note(keys.guids[values[1]], keys.numbers[values[2]], place, line)
            else:
                texts = _texts(names, values)
                self._note_process(process_in(header, None, texts), place, line)

        return take if told else take_deed

    def _keys(self, host: str) -> _Keys:
        most = _MOST if len(self._hosts) < _MOST_HOSTS else 0
        return self._hosts.setdefault(host, _Keys(host, most))

    def _note_event(self, event: RawEvent, place: int | None) -> None:
        if self.placed and self._later.can_match(
            event.provider, event.channel, event.event_id, event.computer
        ):
            nth = _LINE.fullmatch(event.position)
            self._note_process(process_of(event), place if nth else None, int(nth[1]) if nth else 0)

    def _note_process(self, who: Who | None, place: int | None, line: int) -> None:
        if who is not None:
            self._note(guid_key(who), number_key(who), place, line)

    def _note(self, guid: bytes | None, number: bytes | None, place: int | None, line: int) -> None:
        key = guid or number
        if place is None:
            self.placed = False
        elif key is not None and self.placed:
            self._lines.append((key, number or b"", place, line))

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
        return own, number, self._images[image], time, keys.guids[parent], keys.numbers[creator]

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
        self, header: Header, time: int | None, names: Sequence[str], values: Sequence[_Written]
    ) -> StartRow | EndRow | None:
        one = outline_in(header, time, _texts(names, values))
        if isinstance(one, Outline):
            self._names.learn(one)
            program = values[_PROGRAM:]
            if sum(map(len, filter(None, program))) <= _LONGEST_PROGRAM:
                if len(self._met) == _MOST_PROGRAMS:
                    self._met.clear()
                self._met.add(program)
        return None if one is None else outline_of(one)


def _text(written: _Written) -> str | None:
    text = None if written is None else text_of(orjson.loads(written))
    return text if isinstance(text, str) else None


def _texts(names: Sequence[str], values: Sequence[_Written]) -> dict[str, Value]:
    texts = zip(names, map(_text, values[1:]), strict=True)
    return {name: text for name, text in texts if text is not None}


def _image(written: _Written) -> bytes | None:
    text = _text(written)
    return None if text is None or text in _UNTOLD else image_key(text)
