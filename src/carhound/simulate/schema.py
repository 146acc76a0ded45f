"""Reads a scenario: YAML -> Scenario. docs/reference/scenarios.md documents the schema."""

import re
from datetime import UTC

from carhound.model.instants import parse_time
from carhound.simulate.document import Value, read_document
from carhound.simulate.happenings import Happening, microseconds
from carhound.simulate.steps import Telling, tell, user_name
from carhound.simulate.story import Background, Host, Scenario

_ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,62}[A-Za-z0-9])?", re.ASCII)
_KEYS = ("id", "title", "description", "start", "hosts", "background", "steps")
_MOST_HOSTS, _MOST_DAYS = 10_000, 3_660


def read_scenario(data: bytes, name: str) -> Scenario:
    """The scenario in a file called `name`. Raises ScenarioError at the line and column of the mistake."""
    root = read_document(data, name)
    fields = root.fields(_KEYS, ("id", "title", "start", "hosts", "steps"))
    identity = fields["id"].text()
    if _ID.fullmatch(identity) is None:
        fields["id"].fail(
            f"{identity!r} is no id", "write small letters, digits, '-' and '.', for example evil-installer"
        )
    time = parse_time(fields["start"].text(), UTC)
    if time is None:
        fields["start"].fail(
            f"cannot read the time {fields['start'].text()!r}", "write it like 2024-06-14T09:30:00Z"
        )
    hosts = _hosts(fields["hosts"])
    start = microseconds(time)
    telling = Telling(identity, start, {host.name: host for host in hosts})
    steps = fields["steps"].items()
    if not steps:
        fields["steps"].fail("there are no steps", "a step is '- process: NAME' with its image, for example")
    for step in steps:
        tell(telling, step)
    happenings: dict[str, tuple[Happening, ...]] = {
        host: tuple(sorted(ones, key=lambda one: one.at)) for host, ones in telling.happenings.items() if ones
    }
    return Scenario(
        identity,
        fields["title"].text().strip(),
        " ".join(fields["description"].text().split()) if "description" in fields else "",
        name,
        hosts,
        start,
        happenings,
        telling.lives(),
        _background(fields["background"], len(hosts)) if "background" in fields else None,
    )


def _hosts(value: Value) -> tuple[Host, ...]:
    hosts: dict[str, Host] = {}
    for entry in value.items():
        fields = entry.fields(("name", "user", "bits"), ("name", "user"))
        name = fields["name"].text()
        if _HOST.fullmatch(name) is None:
            fields["name"].fail(f"{name!r} is no host name", "write it like ws01.example.org")
        if name.lower() in (known.lower() for known in hosts):
            fields["name"].fail(f"the host {name!r} is there already", "give every host a name of its own")
        bits = int(fields["bits"].one_of(("32", "64"))) if "bits" in fields else 64
        hosts[name] = Host(name, user_name(fields["user"]), bits)
    if not hosts:
        value.fail("there is no host", "write '- {name: ws01.example.org, user: EXAMPLE\\alice}'")
    return tuple(hosts.values())


def _background(value: Value, story_hosts: int) -> Background:
    fields = value.fields(("hosts", "days", "rate"), ("days",))
    hosts = fields["hosts"].number(story_hosts, _MOST_HOSTS) if "hosts" in fields else story_hosts
    rate = 1.0
    if "rate" in fields:
        text = fields["rate"].text()
        if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII) is None or not 0 < float(text) <= 20:
            fields["rate"].fail(f"{text!r} is no rate", "1 is a usual day, 0.1 a tenth of it, 20 the most")
        rate = float(text)
    return Background(hosts, fields["days"].number(1, _MOST_DAYS), rate)
