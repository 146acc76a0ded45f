"""What a process does in a scenario: the steps that are neither its start nor its end."""

import ipaddress
from collections.abc import Callable

from msgspec.structs import replace

from carhound.simulate.catalogue import Program, copy_of, program, sign
from carhound.simulate.document import Value
from carhound.simulate.happenings import (
    Connected,
    FileWritten,
    Happening,
    Key,
    Load,
    RegistryChanged,
    Resolved,
)

VERSION_FIELDS = {
    "original_file_name": "original",
    "description": "description",
    "product": "product",
    "company": "company",
    "version": "version",
}
"""What a scenario may say of a file, and the attribute of `Program` that it sets."""

FILE = ("copy_of", *VERSION_FIELDS)

_CHANGES = {"add": "CreateKey", "delete": "DeleteKey", "delete-value": "DeleteValue", "set": "SetValue"}


def _load(key: Key, fields: dict[str, Value], at: int) -> Happening:
    module = file_of(fields, fields["load"].text())
    if "signed" in fields:
        signature = fields["signature"].text() if "signature" in fields else None
        signed = fields["signed"].truth()
        if signed and signature is None and not module.signed:
            fields["signed"].fail("by whom?", "write 'signature: NAME' too")
        status = fields["status"].text() if "status" in fields else None
        module = sign(module, signed, signature, status)
    elif not module.signed:
        fields["load"].fail("is it signed? Nobody knows this file", "write 'signed: true' or 'signed: false'")
    elif "signature" in fields or "status" in fields:
        fields["load"].fail("a signature of what?", "write 'signed: true' or 'signed: false' too")
    return Load(at, key, module)


def _file(key: Key, fields: dict[str, Value], at: int) -> Happening:
    return FileWritten(at, key, fields["file"].text())


def _registry(key: Key, fields: dict[str, Value], at: int) -> Happening:
    word = fields["registry"].one_of(_CHANGES)
    if "key" not in fields:
        fields["registry"].fail("'key' is missing", "write 'key: HKLM\\…'")
    if ("value" in fields) != (word == "set"):
        fields["registry"].fail(
            "only 'set' has a 'value', and always", "for example: value: DWORD (0x00000001)"
        )
    value = fields["value"].text() if "value" in fields else ""
    return RegistryChanged(at, key, _CHANGES[word], fields["key"].text(), value)  # type: ignore[arg-type]


def _connect(key: Key, fields: dict[str, Value], at: int) -> Happening:
    address = fields["connect"].text()
    try:
        ipaddress.ip_address(address)
    except ValueError:
        fields["connect"].fail(f"{address!r} is no IP address", "the name goes into 'host'")
    if "port" not in fields:
        fields["connect"].fail("'port' is missing", "for example: port: 443")
    return Connected(
        at,
        key,
        address,
        fields["port"].number(0, 65535),
        fields["host"].text() if "host" in fields else None,
        fields["protocol"].one_of(("tcp", "udp")) if "protocol" in fields else "tcp",
        fields["initiated"].truth() if "initiated" in fields else True,
    )


def _dns(key: Key, fields: dict[str, Value], at: int) -> Happening:
    answers = tuple(one.text() for one in fields["answers"].items()) if "answers" in fields else ()
    status = fields["status"].number(0, 0xFFFFFFFF) if "status" in fields else (0 if answers else 9003)
    return Resolved(at, key, fields["dns"].text(), answers, status)


DEEDS: dict[str, Callable[[Key, dict[str, Value], int], Happening]] = {
    "load": _load,
    "file": _file,
    "registry": _registry,
    "connect": _connect,
    "dns": _dns,
}


def file_of(fields: dict[str, Value], path: str) -> Program:
    if "\\" not in path:
        fields.get("image", fields.get("load", next(iter(fields.values())))).fail(
            f"{path!r} is no whole path", "write it like C:\\Windows\\System32\\cmd.exe"
        )
    file = copy_of(fields["copy_of"].text(), path) if "copy_of" in fields else program(path)
    written = {attribute: fields[key].text() for key, attribute in VERSION_FIELDS.items() if key in fields}
    return replace(file, **written) if written else file
