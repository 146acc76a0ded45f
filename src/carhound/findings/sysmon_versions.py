"""Which Sysmon wrote the events of a host: by what it says itself, else by what only newer ones write.

Sources: events 24 to 26 and the user fields from "What's New" of Microsoft's Sysinternals documentation
(MicrosoftDocs/sysinternals on GitHub); event 22, RuleName, FileVersion and OriginalFileName from
Neo23x0/sysmon-version-history; events 23, 27 and 28 from trustedsec/SysmonCommunityGuide; event 29 from
the change log of darkoperator/vscode-sysmon. Which event has which field: manifest.xml of
Sysinternals/SysmonCommon.
"""

from collections.abc import Iterable

from msgspec import Struct

SINCE = (
    ("29", None, "15.0"),
    ("28", None, "14.1"),
    ("27", None, "14.0"),
    ("1", "ParentUser", "13.30"),
    ("10", "SourceUser", "13.30"),
    ("26", None, "13.10"),
    ("25", None, "13.0"),
    ("24", None, "12.0"),
    ("23", None, "11.0"),
    ("22", None, "10.0"),
    ("1", "OriginalFileName", "10.0"),
    ("7", "OriginalFileName", "10.0"),
    ("1", "RuleName", "8.0"),
    ("7", "RuleName", "8.0"),
    ("1", "FileVersion", "7.0"),
    ("7", "FileVersion", "7.0"),
)
"""Event id, field or None for the event itself, and the Sysmon that brought it; newest first."""

LOOKED_AT = frozenset(event_id for event_id, _, _ in SINCE)


class SensorVersion(Struct, frozen=True):
    """What is known of the Sysmon of a host."""

    stated: tuple[str, ...]
    """Versions that it stated itself when it started (event 4), in the order of time."""
    schema: str | None
    """The schema of its configuration, as stated last."""
    at_least: str | None
    """The version that what it wrote needs; None where nothing tells."""
    by: str | None
    """What tells, for people: "event 1 with ParentUser"."""


def sensor_version(
    stated: tuple[str, ...], schema: str | None, seen: Iterable[tuple[str, str | None]]
) -> SensorVersion:
    """The version of a host's Sysmon; `seen` has the pairs of `SINCE` that were met."""
    met = set(seen)
    for event_id, name, version in SINCE:
        if (event_id, name) in met:
            by = f"event {event_id}" + (f" with {name}" if name else "")
            return SensorVersion(stated, schema, version, by)
    return SensorVersion(stated, schema, None, None)
