"""The parts of Splunk's Common Information Model that `tstats` can ask here, as Sysmon fills them.

The fields are those of the CIM's data model Endpoint; which events fill them is what Splunk's security
content says of its data sources (Sysmon EventID 1, 11, 12, 13 and 14).
"""

from collections.abc import Mapping

from msgspec import Struct, field


class DataSet(Struct, frozen=True):
    """One data set of a data model."""

    name: str
    """Stands before its fields: `Processes.user`."""
    event_ids: tuple[str, ...]
    """Of Sysmon."""
    fields: frozenset[str]
    """As `model.names` knows them."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Fields that have one value for all events of Sysmon, or none."""


_COMMON = frozenset({"_time", "dest", "host", "process_guid", "process_id", "user"})

_PRODUCT = "Microsoft Sysmon"

ENDPOINT: Mapping[str, DataSet] = {
    one.name.lower(): one
    for one in (
        DataSet(
            "Processes",
            ("1",),
            _COMMON
            | {
                "original_file_name",
                "parent_process",
                "parent_process_exec",
                "parent_process_guid",
                "parent_process_id",
                "parent_process_name",
                "parent_process_path",
                "process",
                "process_current_directory",
                "process_exec",
                "process_hash",
                "process_integrity_level",
                "process_name",
                "process_path",
            },
            {"action": "allowed", "user_id": "", "vendor_product": _PRODUCT},
        ),
        DataSet(
            "Filesystem",
            ("11",),
            _COMMON | {"file_create_time", "file_name", "file_path", "process_name", "process_path"},
            {"action": "created", "user_id": "", "vendor_product": _PRODUCT},
        ),
        DataSet(
            "Registry",
            ("12", "13", "14"),
            _COMMON
            | {"process_name", "process_path", "registry_path", "registry_value_data", "registry_value_name"},
            {"user_id": "", "vendor_product": _PRODUCT},
        ),
    )
}
"""By name in lower case."""

SOURCE = "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"
"""Where its events come from."""


def find_data_set(written: str, node: str | None) -> DataSet | None:
    """What `datamodel=Endpoint.Processes`, or `datamodel=Endpoint` with a `nodename`, means."""
    model, _, name = written.partition(".")
    name = name or (node or "").rpartition(".")[2]
    return ENDPOINT.get(name.lower()) if model.lower() == "endpoint" else None
