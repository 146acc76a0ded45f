"""A simulated record: what a Windows event log stores of one event, whatever file it will be written to."""

from datetime import datetime

from msgspec import Struct


class Simulated(Struct, frozen=True):
    """One record. `data` is EventData in the order and spelling in which the provider writes it."""

    provider: str
    provider_guid: str
    """With braces."""
    channel: str
    computer: str
    event_id: int
    version: int
    level: int
    task: int
    opcode: int
    keywords: int
    """64 bits, for example 0x8000000000000000."""
    record_id: int
    time: datetime
    """Aware UTC."""
    process_id: int
    """Of the process that wrote the record (Execution/@ProcessID)."""
    thread_id: int
    user_sid: str | None
    """Security/@UserID, for example "S-1-5-18"."""
    data: dict[str, str]
