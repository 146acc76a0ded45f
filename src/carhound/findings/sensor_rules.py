"""What the rules of a sensor let through and what they hide, in terms of the events an analytic looks for."""

from typing import Literal

from msgspec import Struct

Logged = Literal["all", "some", "none", "unknown"]
Sensed = Literal["shown", "part", "hidden", "unknown"]


class EventRules(Struct, frozen=True):
    """What a Sysmon configuration does with one event."""

    event_id: str
    tag: str
    logged: Logged
    why: str
    """For people, one sentence without its full stop."""


class HiddenSample(Struct, frozen=True):
    """An event that an implementation finds, and that Sysmon would not have written."""

    sample: str
    """Where it comes from: the name of a test case."""
    event_id: str
    about: tuple[tuple[str, str], ...]
    """The fields that say what happens."""
    rule: str
    """What hides it, for people."""


class RulesVerdict(Struct, frozen=True):
    """What the rules leave of one implementation."""

    analytic: str
    implementation: str
    verdict: Sensed
    samples: int
    """Events that were tried."""
    hidden: tuple[HiddenSample, ...]
    """At most 20."""
    hidden_samples: int
    why: str


class SensorRules(Struct, frozen=True):
    """A Sysmon configuration."""

    path: str
    schema: str | None
    events: tuple[EventRules, ...]
    """Of the events that the analytics look at."""
    verdicts: tuple[RulesVerdict, ...]
    remarks: tuple[str, ...]
    """What in it could not be judged."""
