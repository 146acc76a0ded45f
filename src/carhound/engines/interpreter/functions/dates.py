"""Splunk's Search Reference, "Date and Time functions".

Times are seconds since 1970; days are those of the run's zone.
"""

from datetime import UTC, datetime

from carhound.engines.interpreter.functions.building import (
    Builder,
    Environment,
    Evaluator,
    Value,
    number,
    several,
    single,
    text_of,
    texts_of,
    tidy,
)
from carhound.engines.interpreter.rows import Row
from carhound.errors import UsageError
from carhound.model.instants import instant
from carhound.model.time_formats import write_form
from carhound.model.time_reading import read_form
from carhound.model.windows import resolve_time


def _now(_arguments: list[Evaluator], environment: Environment) -> Evaluator:
    """The moment of the run: a search must give the same again, so `time()` is no later."""
    now = _seconds(environment.clock.now)
    return lambda _row: now


def _strftime(arguments: list[Evaluator], environment: Environment) -> Evaluator:
    time, form = arguments
    zone = environment.clock.zone

    def written(row: Row) -> Value:
        asked = single(form(row))
        if asked is None:
            return None
        times = (_time(one) for one in texts_of(time(row)))
        try:
            return several(
                write_form(text_of(asked), one.astimezone(zone)) for one in times if one is not None
            )
        except (OverflowError, ValueError):
            return None

    return written


def _strptime(arguments: list[Evaluator], environment: Environment) -> Evaluator:
    text, form = arguments
    here = environment.clock.now.astimezone(environment.clock.zone)

    def read(row: Row) -> Value:
        asked = single(form(row))
        if asked is None:
            return None
        found = (read_form(text_of(asked), one, here) for one in texts_of(text(row)))
        return several(_seconds(one) for one in found if one is not None)

    return read


def _relative_time(arguments: list[Evaluator], environment: Environment) -> Evaluator:
    time, modifier = arguments
    zone = environment.clock.zone

    def moved(row: Row) -> Value:
        start, asked = _time(time(row)), single(modifier(row))
        if start is None or asked is None:
            return None
        try:
            return _seconds(resolve_time(text_of(asked), start, zone))
        except UsageError:
            return None

    return moved


def _time(value: Value) -> datetime | None:
    seconds = number(value)
    try:
        return None if seconds is None else instant(seconds)
    except (OverflowError, ValueError):
        return None


def _seconds(time: datetime) -> int | float | None:
    return tidy(time.astimezone(UTC).timestamp())


BUILDERS: dict[str, Builder] = {
    "now": _now,
    "relative_time": _relative_time,
    "strftime": _strftime,
    "strptime": _strptime,
    "time": _now,
}
