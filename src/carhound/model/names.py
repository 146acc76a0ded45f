"""Read aliases of native field names: what a search may call a field that its event spells differently.

A real field of the name always comes first. The names are those of Splunk's add-ons for Windows and Sysmon
and of its Common Information Model; CAR's own searches use `ComputerName`, which Sysmon events do not have.
The normal forms are carhound's.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct

from carhound.model.normal_form import normal_form


class Alias(Struct, frozen=True):
    """Another field that serves, and what is made of its value."""

    field: str
    change: Callable[[str], str] | None = None

    def apply(self, value: str) -> str:
        """The alias's value for a value of the other field."""
        return self.change(value) if self.change else value


def base_name(path: str) -> str:
    """The last part of a Windows or Unix path."""
    return path.replace("/", "\\").rsplit("\\", 1)[-1]


def short_name(host: str) -> str:
    """The first label of a host name."""
    return host.split(".", 1)[0]


NATIVE_ALIASES: Mapping[str, Alias] = {
    "ComputerName": Alias("Computer"),
    "RecordID": Alias("EventRecordID"),
    "RecordNumber": Alias("EventRecordID"),
    "dest": Alias("Computer"),
    "file_create_time": Alias("CreationUtcTime"),
    "file_name": Alias("TargetFilename", base_name),
    "file_path": Alias("TargetFilename"),
    "host": Alias("Computer"),
    "hostname": Alias("Computer", short_name),
    "normal_command_line": Alias("CommandLine", normal_form),
    "normal_parent_command_line": Alias("ParentCommandLine", normal_form),
    "original_file_name": Alias("OriginalFileName"),
    "parent_process": Alias("ParentCommandLine"),
    "parent_process_exec": Alias("ParentImage", base_name),
    "parent_process_guid": Alias("ParentProcessGuid"),
    "parent_process_id": Alias("ParentProcessId"),
    "parent_process_name": Alias("ParentImage", base_name),
    "parent_process_path": Alias("ParentImage"),
    "process": Alias("CommandLine"),
    "process_current_directory": Alias("CurrentDirectory"),
    "process_exec": Alias("Image", base_name),
    "process_guid": Alias("ProcessGuid"),
    "process_hash": Alias("Hashes"),
    "process_id": Alias("ProcessId"),
    "process_integrity_level": Alias("IntegrityLevel"),
    "process_name": Alias("Image", base_name),
    "process_path": Alias("Image"),
    "registry_path": Alias("TargetObject"),
    "registry_value_data": Alias("Details"),
    "registry_value_name": Alias("TargetObject", base_name),
    "user": Alias("User"),
}

NORMAL_FORMS: Mapping[str, Alias] = {
    "normal_command_line": Alias("command_line", normal_form),
    "normal_parent_command_line": Alias("parent_command_line", normal_form),
}
"""The same in the CAR view, which has no other: how programs may spell its fields is for their language."""
