"""What a scenario is once it has been read: machines, what happens on each, and what goes on around it."""

from msgspec import Struct, field

from carhound.simulate.happenings import Happening


class Host(Struct, frozen=True):
    """A machine with Windows and Sysmon."""

    name: str
    """Fully qualified, as Computer in its records."""
    user: str
    """Who sits at it: DOMAIN\\name."""
    bits: int = 64


class Background(Struct, frozen=True):
    """The ordinary activity among which the story happens."""

    hosts: int
    days: int
    rate: float = 1.0
    """1 is a usual day; 0.1 has a tenth of its activity."""


class Scenario(Struct, frozen=True):
    """A story. Its times are microseconds since 1970, UTC."""

    id: str
    title: str
    description: str
    source: str
    """The file, as messages call it."""
    hosts: tuple[Host, ...]
    start: int
    happenings: dict[str, tuple[Happening, ...]]
    """By host, in the order of time."""
    lives: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """By host: from when to when a process of the story must be left alive."""
    background: Background | None = None

    @property
    def end(self) -> int:
        """When the last thing happens."""
        return max((one[-1].at for one in self.happenings.values() if one), default=self.start)
