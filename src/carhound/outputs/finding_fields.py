"""The fields of a finding that a person judges it by, whichever sensor wrote it."""

from msgspec import Struct

from carhound.findings.run import Finding
from carhound.model.event import Value


class FindingFields(Struct, frozen=True):
    """Absent is None. Values are raw: whoever shows them escapes them."""

    parent_image: str | None
    image: str | None
    command_line: str | None
    parent_command_line: str | None
    image_loaded: str | None
    signature: str | None
    user: str | None


def fields_of(finding: Finding) -> FindingFields:
    """Reads the CAR view first, then Sysmon's native names."""
    return FindingFields(
        parent_image=_first(finding, "parent_image_path", "ParentImage"),
        image=_first(finding, "image_path", "Image"),
        command_line=_first(finding, "command_line", "CommandLine"),
        parent_command_line=_first(finding, "parent_command_line", "ParentCommandLine"),
        image_loaded=_first(finding, "module_path", "ImageLoaded"),
        signature=_signature(finding),
        user=_first(finding, "user", "User"),
    )


def text(value: Value) -> str:
    """A value in one line; several values are joined by "; "."""
    return value if isinstance(value, str) else "; ".join(value)


def _first(finding: Finding, car: str, native: str) -> str | None:
    value = finding.car.get(car)
    if value is None:
        value = finding.native.get(native)
    return None if value is None else text(value)


def _signature(finding: Finding) -> str | None:
    signed, status = finding.native.get("Signed"), finding.native.get("SignatureStatus")
    if signed is None and status is None:
        return None
    words = [] if signed is None else [f"Signed={text(signed)}"]
    signer = _first(finding, "signer", "Signature")
    if signer:
        words.append(f"by {signer}")
    if status is not None:
        words.append(f"status {text(status)}")
    return ", ".join(words)
