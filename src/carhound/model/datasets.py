"""What an `index=` placeholder or a CAR object selects: the events of certain providers or channels."""

from msgspec import Struct

from carhound.model.folding import fold


class Dataset(Struct, frozen=True):
    """Events of one provider or channel, names compared without letter case; without both, all events."""

    name: str
    provider: str | None = None
    channel: str | None = None

    def holds(self, provider: str | None, channel: str | None) -> bool:
        """Whether an event belongs here. The provider decides; the channel serves where there is none."""
        if provider is not None and self.provider is not None:
            return fold(provider) == self.provider
        if self.channel is not None:
            return channel is not None and fold(channel) == self.channel
        return self.provider is None


SYSMON = Dataset("sysmon", "microsoft-windows-sysmon", "microsoft-windows-sysmon/operational")
SECURITY = Dataset("security", "microsoft-windows-security-auditing", "security")
SYSTEM = Dataset("system", None, "system")
EVERYTHING = Dataset("everything")
MAPPED = Dataset("mapped")
"""What a CAR object selects: events of any sensor that is mapped to it. Their kinds tell which those are."""
