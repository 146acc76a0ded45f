"""The CAR data model as data: its objects, their fields and actions, and the other spellings we read.

Objects, fields and actions are those of `data_model/*.yaml` in mitre-attack/car (2025-05), snake_case.
"""

from collections.abc import Mapping
from types import MappingProxyType

FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "authentication": frozenset(
            {
                "ad_domain",
                "app_name",
                "auth_service",
                "auth_target",
                "decision_reason",
                "fqdn",
                "hostname",
                "method",
                "response_time",
                "target_ad_domain",
                "target_uid",
                "target_user",
                "target_user_role",
                "target_user_type",
                "uid",
                "user",
                "user_agent",
                "user_role",
                "user_type",
            }
        ),
        "driver": frozenset(
            {
                "base_address",
                "fqdn",
                "hostname",
                "image_path",
                "md5_hash",
                "module_name",
                "pid",
                "sha1_hash",
                "sha256_hash",
                "signature_valid",
                "signer",
            }
        ),
        "email": frozenset(
            {
                "action_reason",
                "attachment_mime_type",
                "attachment_name",
                "attachment_size",
                "date",
                "dest_address",
                "dest_ip",
                "dest_port",
                "from",
                "message_body",
                "message_links",
                "message_type",
                "return_address",
                "server_relay",
                "smtp_uid",
                "src_address",
                "src_domain",
                "src_ip",
                "src_port",
                "subject",
                "to",
            }
        ),
        "file": frozenset(
            {
                "company",
                "content",
                "creation_time",
                "extension",
                "file_name",
                "file_path",
                "fqdn",
                "gid",
                "group",
                "hostname",
                "image_path",
                "link_target",
                "md5_hash",
                "mime_type",
                "mode",
                "owner",
                "owner_uid",
                "pid",
                "ppid",
                "previous_creation_time",
                "sha1_hash",
                "sha256_hash",
                "signature_valid",
                "signer",
                "uid",
                "user",
            }
        ),
        "flow": frozenset(
            {
                "application_protocol",
                "content",
                "dest_fqdn",
                "dest_hostname",
                "dest_ip",
                "dest_port",
                "end_time",
                "exe",
                "fqdn",
                "hostname",
                "image_path",
                "in_bytes",
                "network_direction",
                "out_bytes",
                "packet_count",
                "pid",
                "ppid",
                "proto_info",
                "src_fqdn",
                "src_hostname",
                "src_ip",
                "src_port",
                "start_time",
                "tcp_flags",
                "transport_protocol",
                "uid",
                "user",
            }
        ),
        "http": frozenset(
            {
                "hostname",
                "http_version",
                "request_body_bytes",
                "request_body_content",
                "request_referrer",
                "requester_ip_address",
                "response_body_bytes",
                "response_body_content",
                "response_status_code",
                "url_domain",
                "url_full",
                "url_remainder",
                "url_scheme",
                "user_agent_device",
                "user_agent_full",
                "user_agent_name",
                "user_agent_version",
            }
        ),
        "module": frozenset(
            {
                "base_address",
                "fqdn",
                "hostname",
                "image_path",
                "md5_hash",
                "module_name",
                "module_path",
                "pid",
                "sha1_hash",
                "sha256_hash",
                "signature_valid",
                "signer",
                "tid",
            }
        ),
        "process": frozenset(
            {
                "access_level",
                "call_trace",
                "command_line",
                "current_working_directory",
                "env_vars",
                "exe",
                "fqdn",
                "guid",
                "hostname",
                "image_path",
                "integrity_level",
                "md5_hash",
                "parent_command_line",
                "parent_exe",
                "parent_guid",
                "parent_image_path",
                "pid",
                "ppid",
                "sha1_hash",
                "sha256_hash",
                "sid",
                "signature_valid",
                "signer",
                "target_address",
                "target_guid",
                "target_name",
                "target_pid",
                "uid",
                "user",
            }
        ),
        "registry": frozenset(
            {
                "data",
                "fqdn",
                "hive",
                "hostname",
                "image_path",
                "key",
                "new_content",
                "pid",
                "type",
                "user",
                "value",
            }
        ),
        "service": frozenset(
            {"command_line", "exe", "fqdn", "hostname", "image_path", "name", "pid", "ppid", "uid", "user"}
        ),
        "socket": frozenset(
            {
                "family",
                "image_path",
                "local_address",
                "local_path",
                "local_port",
                "pid",
                "protocol",
                "remote_address",
                "remote_port",
                "success",
            }
        ),
        "thread": frozenset(
            {
                "hostname",
                "src_pid",
                "src_tid",
                "stack_base",
                "stack_limit",
                "start_address",
                "start_function",
                "start_module",
                "start_module_name",
                "tgt_pid",
                "tgt_tid",
                "uid",
                "user",
                "user_stack_base",
                "user_stack_limit",
            }
        ),
        "user_session": frozenset(
            {
                "dest_ip",
                "dest_port",
                "hostname",
                "login_id",
                "login_successful",
                "login_type",
                "src_ip",
                "src_port",
                "uid",
                "user",
            }
        ),
    }
)
"""Object -> the field names the model defines for it."""

EXTENSIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "driver": frozenset({"signed"}),
        "module": frozenset({"signed", "user"}),
        "thread": frozenset({"src_image_path", "tgt_image_path"}),
    }
)
"""Object -> our own fields: what Sysmon says and the model has no name for. Never in `FIELDS`."""

ACTIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "authentication": frozenset({"success", "failure", "error"}),
        "driver": frozenset({"load", "unload"}),
        "email": frozenset({"deliver", "block", "redirect", "quarantine", "delete"}),
        "file": frozenset({"timestomp", "create", "delete", "modify", "read", "write", "acl_modify"}),
        "flow": frozenset({"start", "end", "message"}),
        "http": frozenset({"get", "post", "put", "tunnel"}),
        "module": frozenset({"load", "unload"}),
        "process": frozenset({"create", "terminate", "access"}),
        "registry": frozenset({"add", "remove", "value_edit", "key_edit"}),
        "service": frozenset({"create", "delete", "pause", "start", "stop"}),
        "socket": frozenset({"bind", "listen", "close"}),
        "thread": frozenset({"create", "suspend", "terminate", "remote_create"}),
        "user_session": frozenset({"lock", "login", "logout", "reconnect", "unlock"}),
    }
)
"""Object -> the actions the model defines for it."""

ACTION_ALIASES: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType(
    {
        ("registry", "create"): ("add",),
        ("registry", "edit"): ("key_edit", "value_edit"),
    }
)
"""(object, action) pairs that published analytics use and the model no longer has -> what they mean now."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "Image": "image_path",
        "Key": "key",
        "comman_line": "command_line",
        "command_linee": "command_line",
        "image": "image_path",
        "parent_image": "parent_image_path",
        "process_path": "image_path",
    }
)
"""Field names that published analytics use, exactly as spelt there -> the model's name."""


def find_object(text: str) -> str | None:
    """The model's object of this name, letter case and separators aside ("UserSession"), else None."""
    return _OBJECTS.get(_squeeze(text))


def find_action(car_object: str, text: str) -> str | None:
    """The action of `car_object` (as in `FIELDS`) of this name ("RemoteCreate"), else None."""
    return _ACTIONS.get((car_object, _squeeze(text)))


def _squeeze(text: str) -> str:
    return text.strip().replace("_", "").replace("-", "").replace(" ", "").lower()


_OBJECTS = {_squeeze(name): name for name in FIELDS}
_ACTIONS = {(name, _squeeze(action)): action for name in ACTIONS for action in ACTIONS[name]}


def is_defined(reference: str) -> bool:
    """Whether the model defines an "object/action/field" reference, as CAR documents write them."""
    parts = reference.split("/")
    if len(parts) != 3:
        return False
    car_object, action, name = parts
    return action in ACTIONS.get(car_object, ()) and name in FIELDS[car_object]
