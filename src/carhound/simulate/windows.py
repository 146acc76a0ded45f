"""What runs on every Windows before anybody does anything, and what paths mean on a given one."""

from functools import cache
from pathlib import Path
from typing import Any, get_args

from msgspec import Struct

from carhound.simulate.catalogue import program
from carhound.simulate.happenings import Boot, End, Happening, Integrity, Start
from carhound.simulate.story import Host


class Resident(Struct, frozen=True):
    """A process that is there from the start."""

    key: str
    parent: str | None
    image: str
    command_line: str
    user: str | None
    """None: whoever uses the machine."""
    integrity: Integrity
    session: int
    passing: bool
    """Whether it ends as soon as the machine is up."""


@cache
def residents() -> tuple[Resident, ...]:
    """In the order in which they start."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = Path(__file__).with_name("windows.yaml").read_bytes()
    tree: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506  # both are safe loaders
    return tuple(_resident(entry) for entry in tree["residents"])


def well_known() -> tuple[str, ...]:
    """The names by which a scenario may call the processes of Windows itself."""
    return tuple(one.key for one in residents() if not one.passing)


def booted(at: int, host: Host) -> list[Happening]:
    """The start of a machine whose user is logged on again at once, as after an update."""
    happenings: list[Happening] = [Boot(at)]
    passing: list[str] = []
    for number, one in enumerate(residents()):
        moment = at + number * 140_000 + number * number * 9_000
        happenings.append(
            Start(
                moment,
                one.key,
                one.parent,
                program(one.image),
                one.command_line,
                one.user or host.user,
                one.integrity,
                home(host.user) if one.user is None else "C:\\Windows\\system32\\",
                one.session,
            )
        )
        if one.passing:
            passing.append(one.key)
    moment = happenings[-1].at
    happenings += [End(moment + 900_000 + number * 70_000, key) for number, key in enumerate(passing)]
    return happenings


def home(user: str) -> str:
    """The folder of a user's profile, with a backslash at its end."""
    return f"C:\\Users\\{user.rpartition(chr(92))[2]}\\"


def _resident(entry: dict[str, Any]) -> Resident:
    integrity = entry.get("integrity", "System")
    if integrity not in get_args(Integrity):
        raise ValueError(integrity)
    return Resident(
        entry["key"],
        entry.get("parent"),
        entry["image"],
        entry.get("command", entry["image"]),
        None if entry.get("user") == "user" else entry.get("user", "NT AUTHORITY\\SYSTEM"),
        integrity,
        entry.get("session", 0),
        entry.get("passing", False),
    )
