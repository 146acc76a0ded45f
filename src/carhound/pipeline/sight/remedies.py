"""What to do where a host does not send what an implementation needs."""

from collections.abc import Mapping

from carhound.normalize.mapping import SENSORS, sensor
from carhound.normalize.sysmon_config import event_tags
from carhound.plan.needs import CARRIERS, Need
from carhound.plan.stems import Stem

NAMES = {"sysmon": "Sysmon", "security": "the Security log", "system": "the System log"}

_EVENTS: Mapping[tuple[str, str], str] = {
    ("sysmon", "1"): "install Sysmon, or give its log (Microsoft-Windows-Sysmon/Operational)",
    (
        "sysmon",
        "7",
    ): "Sysmon logs no module loads by default: its configuration needs <ImageLoad> rules, which "
    "--sysmon-config checks",
    ("security", "4688"): "set the audit policy 'Audit Process Creation', and give the Security log",
}

_FIELDS: Mapping[tuple[str | None, str], str] = {
    ("security", "CommandLine"): "set the policy 'Include command line in process creation events'",
    ("security", "ParentProcessName"): "Windows writes it since Windows 10 and Server 2016",
    ("sysmon", "OriginalFileName"): "Sysmon writes it since version 10.0: update it",
    ("sysmon", "ParentUser"): "Sysmon writes it since version 13.30: update it",
}
"""By sensor and native field."""

_SIGNATURE = "the export leaves them out: give the log itself, or export these fields too"
_OTHERWISE = "the sensor is too old to write it, or the export leaves it out: give the log itself"


def looked_for(stem: Stem) -> tuple[tuple[str, str], ...]:
    """The sensors, by the names of datasets, and event ids of the events that a stem looks at.

    Empty where it names neither ids nor a CAR object.
    """
    ids = stem.event_ids()
    kinds = stem.scan.kinds
    if kinds is None:
        return tuple((stem.scan.dataset.name, one) for one in sorted(ids or (), key=_number))
    found = [
        (name, event_id)
        for name in SENSORS
        for event_id, mapping in sensor(name).events.items()
        if any(action.kind in kinds for action in mapping.actions)
    ]
    return tuple(one for one in found if ids is None or one[1] in ids)


def event_names(events: tuple[tuple[str, str], ...], dataset: str) -> str:
    """For people: "event 1 of Sysmon or 4688 of the Security log"."""
    if not events:
        return "event at all" if dataset == "everything" else f"event of {NAMES.get(dataset, dataset)}"
    by_sensor: dict[str, list[str]] = {}
    for name, event_id in events:
        by_sensor.setdefault(name, []).append(event_id)
    return "event " + " or ".join(
        f"{', '.join(ids)} of {NAMES.get(name, name)}" for name, ids in by_sensor.items()
    )


def event_hint(events: tuple[tuple[str, str], ...]) -> str | None:
    """What to do where none of these events is there: of several sensors one is enough."""
    hints = []
    for one in events:
        if (hint := _EVENTS.get(one)) is not None:
            hints.append(hint)
        elif one[0] == "sysmon" and (tag := event_tags().get(one[1])) is not None and tag.default != "on":
            hints.append(f"the configuration of Sysmon needs <{tag.tag}> rules, which --sysmon-config checks")
    return "; or ".join(dict.fromkeys(hints)) or None


def field_hint(need: Need, source: str | None) -> str:
    """What to do where no event of a source (a provider or channel, None for all) carries a field."""
    if set(need.carriers) & set(CARRIERS["signer"]):
        return _SIGNATURE
    name = next((one for one in SENSORS if source is not None and sensor(one).holds(source, source)), None)
    for field in need.fields:
        natives = [field.name]
        if field.view == "car" and name is not None:
            natives = [
                native
                for event in sensor(name).events.values()
                for native in event.sources.get(field.name, ())
            ]
        for native in natives:
            if (hint := _FIELDS.get((name, native))) is not None:
                return hint
    return _OTHERWISE


def _number(event_id: str) -> tuple[int, str]:
    return (int(event_id) if event_id.isascii() and event_id.isdigit() else 0, event_id)
