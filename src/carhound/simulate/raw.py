"""A simulated record as the reader of EVTX would yield it, without a file in between."""

from carhound.model.event import RawEvent, Value
from carhound.simulate.event import Simulated
from carhound.simulate.text import storable


def as_raw_event(record: Simulated) -> RawEvent:
    """The raw event: header and data as text, the rest of the System part in `meta`."""
    meta: dict[str, Value] = {}
    if record.provider_guid:
        meta["ProviderGuid"] = storable(record.provider_guid.upper())
    meta["SystemTime"] = record.time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    meta["System_ProcessID"] = str(record.process_id)
    meta["System_ThreadID"] = str(record.thread_id)
    if record.user_sid is not None:
        meta["System_UserID"] = storable(record.user_sid)
    meta["Version"] = str(record.version)
    meta["Level"] = str(record.level)
    meta["Task"] = str(record.task)
    meta["Opcode"] = str(record.opcode)
    meta["Keywords"] = f"0x{record.keywords:x}"
    return RawEvent(
        provider=storable(record.provider) or None,
        channel=storable(record.channel) or None,
        event_id=str(record.event_id),
        computer=storable(record.computer) or None,
        record_id=str(record.record_id),
        time=record.time,
        data={storable(name): storable(text) for name, text in record.data.items()},
        meta=meta,
        position=f"record {record.record_id}",
    )
