"""How a CAR field is made of a native one: the derivations that sensor mappings may name."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from carhound.model.event import Event, Value

Source = Callable[[Event], Value | None]
"""Takes a field out of an event."""

_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,16}", re.ASCII)
_INTEGRITY = {
    "S-1-16-0": "untrusted",
    "S-1-16-4096": "low",
    "S-1-16-8192": "medium",
    "S-1-16-8448": "medium plus",
    "S-1-16-12288": "high",
    "S-1-16-16384": "system",
    "S-1-16-20480": "protected",
}
_CALL = re.compile(r"(\w+)\((\w+)(?:, *(\w+))?\)", re.ASCII)


def basename(text: str) -> str | None:
    """The part after the last backslash or slash."""
    return text[max(text.rfind("\\"), text.rfind("/")) + 1 :] or None


def extension(text: str) -> str | None:
    """The extension with its dot, else None."""
    name = basename(text) or ""
    dot = name.rfind(".")
    return name[dot:] if dot >= 0 else None


def label(text: str) -> str | None:
    """The first label of a domain name."""
    return text.partition(".")[0] or None


def first(text: str) -> str | None:
    """The first component of a registry path: its hive."""
    return text.lstrip("\\").partition("\\")[0] or None


def last(text: str) -> str | None:
    """The last component of a registry path."""
    return text.rpartition("\\")[2] or None


def named(text: str) -> str | None:
    """The text, else None where Sysmon writes that there is none."""
    return None if text in ("", "-") else text


def valid(text: str) -> str | None:
    """Sysmon's SignatureStatus as a boolean: "true" for Valid, "false" for Expired, Unavailable and so on."""
    return None if text in ("", "-") else "true" if text.lower() == "valid" else "false"


def decimal(text: str) -> str | None:
    """A number written as 0x… in decimal; anything else as it is."""
    return str(int(text, 16)) if _HEX.fullmatch(text) else text or None


def integrity(text: str) -> str | None:
    """The CAR word for the SID of an integrity level, as Microsoft's list of well-known SIDs has them."""
    return _INTEGRITY.get(text)


def program(text: str) -> str | None:
    """The base name, else None where the path says that there is none."""
    return None if text == "-" else basename(text)


def sid(text: str) -> str | None:
    """A SID, else None where it stands for nobody."""
    return None if text in ("", "-", "S-1-0-0") else text


def hash_of(algorithm: str) -> Callable[[str], str | None]:
    """Takes one hash out of Sysmon's "MD5=…,SHA256=…"."""
    mark = algorithm + "="

    def derive(text: str) -> str | None:
        for part in text.split(","):
            if part.strip().upper().startswith(mark):
                return part.strip()[len(mark) :] or None
        return None

    return derive


DERIVATIONS: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {
        "basename": basename,
        "decimal": decimal,
        "extension": extension,
        "first": first,
        "integrity": integrity,
        "label": label,
        "last": last,
        "named": named,
        "program": program,
        "sid": sid,
        "valid": valid,
    }
)


def source(text: str) -> Source:
    """Reads a source as sensor mappings write it: a field, a derivation, or alternatives with | between.

    Raises:
        ValueError: no such derivation.
    """
    if "|" in text:
        return _first_of(tuple(source(one.strip()) for one in text.split("|")))
    call = _CALL.fullmatch(text)
    if call is None:
        return _field(text)
    name, field, argument = call.groups()
    if name == "account" and argument is None:
        return _account(field)
    if name == "hash" and argument is not None:
        return _derived(field, hash_of(argument))
    if name not in DERIVATIONS or argument is not None:
        raise ValueError(f"{text}: no such derivation")
    return _derived(field, DERIVATIONS[name])


def native_fields(text: str) -> tuple[str, ...]:
    """The native fields that a source reads, preferred ones first; of an account, the name."""
    found = []
    for one in text.split("|"):
        call = _CALL.fullmatch(one.strip())
        name = one.strip() if call is None else call[2]
        found.append(f"{name}UserName" if call is not None and call[1] == "account" else name)
    return tuple(found)


def copied_field(text: str) -> str | None:
    """The native field whose value a source takes over as it is; None where it makes another of it."""
    call = _CALL.fullmatch(text)
    if call is not None:
        return call[2] if call[1] == "named" else None
    return None if "|" in text else text


def _field(name: str) -> Source:
    def take(event: Event) -> Value | None:
        return event.lookup(name)

    return take


def _account(whose: str) -> Source:
    """DOMAIN\\user of the two fields of a Security event, whose names start with `whose`."""

    def take(event: Event) -> Value | None:
        user = event.lookup(f"{whose}UserName")
        if not isinstance(user, str) or (user := named(user)) is None:
            return None
        domain = event.lookup(f"{whose}DomainName")
        return f"{domain}\\{user}" if isinstance(domain, str) and named(domain) else user

    return take


def _derived(name: str, derive: Callable[[str], str | None]) -> Source:
    def take(event: Event) -> Value | None:
        value = event.lookup(name)
        if value is None:
            return None
        if isinstance(value, str):
            return derive(value)
        return tuple(text for one in value if (text := derive(one)) is not None) or None

    return take


def _first_of(sources: tuple[Source, ...]) -> Source:
    def take(event: Event) -> Value | None:
        for one in sources:
            if (value := one(event)) is not None:
                return value
        return None

    return take
