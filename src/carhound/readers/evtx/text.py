"""Records straight from the JSON text that the parser writes, whose System part is the same for many.

What stands before the time of a record and behind its number is looked up by its text, so that of most
records the payload alone is decoded. Whatever looks different is left to those who read trees.
"""

from functools import lru_cache
from typing import Any

import orjson

from carhound.model.event import RawEvent, Value
from carhound.readers.event_tree import NO_FIELDS, tree_event
from carhound.readers.evtx.guids import braced, names_guid, with_braces
from carhound.readers.notes import Notes
from carhound.readers.times import event_time

_TIME = ',"TimeCreated":{"#attributes":{"SystemTime":"'
_NUMBER = '"}},"EventRecordID":'
_PAYLOAD = ',"EventData":'
_END = "}}"
_LONGEST_NUMBER = 18
"""Digits that any reader of JSON takes for a whole number."""
_LONGEST = 2000
"""Characters of a System part that is remembered."""
_MOST = 1000
"""System parts remembered, and sets of names; real evidence has dozens by computer."""

_PLAIN_PARTS = {"System", "#attributes", "xmlns"}

_System = tuple[str, str]
"""The text before a record's time, and that between its number and its payload."""

_met: set[_System] = set()
"""Those seen once: only what comes again is worth being kept."""
_known: dict[_System, RawEvent | None] = {}


def text_event(text: str, position: str, notes: Notes) -> RawEvent | None:
    """The event of a record; None where it is not written as most are."""
    head = text.find(_TIME)
    begin = head + len(_TIME)
    end = text.find(_NUMBER, begin)
    digits = end + len(_NUMBER)
    comma = text.find(",", digits)
    tail = text.find(_PAYLOAD, comma)
    if head < 0 or end < 0 or tail < 0 or not text.endswith(_END):
        return None
    time, number = text[begin:end], text[digits:comma]
    if '"' in time or "\\" in time:
        return None
    if not (number.isdecimal() and number.isascii() and len(number) <= _LONGEST_NUMBER):
        return None
    like = _like((text[:head], text[comma + 1 : tail]))
    if like is None or (data := _plain(text[tail + len(_PAYLOAD) : -len(_END)])) is None:
        return None
    meta = dict(like.meta)
    meta["SystemTime"] = time
    return RawEvent(
        like.provider,
        like.channel,
        like.event_id,
        like.computer,
        number,
        event_time(notes, time, data.get("UtcTime"), None),
        data,
        meta,
        position,
    )


def _like(system: _System) -> RawEvent | None:
    """An event with this System part and nothing else; None where it is new, or not as plain as most are."""
    if system in _known:
        return _known[system]
    if system not in _met:
        if len(system[0]) + len(system[1]) <= _LONGEST:
            if len(_met) >= _MOST:
                _met.clear()
            _met.add(system)
        return None
    if len(_known) >= _MOST:
        _known.clear()
    _known[system] = like = _made(*system)
    return like


def _made(head: str, tail: str) -> RawEvent | None:
    try:
        event = orjson.loads(f"{head}{_TIME}{_NUMBER}0,{tail}{_END}")["Event"]
        system = event["System"]
        plain = (
            event.keys() <= _PLAIN_PARTS
            and system["TimeCreated"] == {"#attributes": {"SystemTime": ""}}
            and system["EventRecordID"] == 0
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not plain:
        return None
    like = tree_event(event, "", Notes())
    like.meta = with_braces(like.meta)
    return like


def _plain(text: str) -> dict[str, Value] | None:
    """The fields of a payload; None where it is not as plain as most are."""
    try:
        payload: Any = orjson.loads(text)
    except ValueError:
        return None
    if type(payload) is not dict:
        return None
    guids = _guids(tuple(payload))
    if guids is None:
        return None
    for name, value in payload.items():
        kind = type(value)
        if kind is str:
            continue
        if kind is int:
            payload[name] = str(value)
        elif kind is bool:
            payload[name] = "true" if value else "false"
        else:
            return None
    for name in guids:
        payload[name] = braced(payload[name])
    return payload


@lru_cache(_MOST)
def _guids(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Those of the names of a payload that hold GUIDs; None where one of them has a meaning of its own."""
    if any(name in NO_FIELDS or name == "Data" or name[0] == "@" for name in names):
        return None
    return tuple(filter(names_guid, names))
