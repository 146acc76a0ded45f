"""Reasons that lie in files: what they are called, where they are, and who signed them."""

from collections.abc import Iterator

from carhound.findings.folders import looks_like_program_files, writable_folder
from carhound.findings.reasoning.view import View, name_of, quoted
from carhound.findings.regsvr32 import extension
from carhound.model.folding import fold

RENAMED = frozenset(
    {
        "bitsadmin", "certutil", "cmd", "cscript", "installutil", "msbuild", "mshta", "msxsl", "odbcconf",
        "powershell", "psexec", "regasm", "regsvcs", "regsvr32", "rundll32", "wmic", "wscript",
    }
)  # fmt: skip
"""Programs that are renamed to be overlooked; many others have an OriginalFileName of another spelling."""

LIBRARIES = frozenset({".dll", ".ocx"})
_PARTS = LIBRARIES | {".exe", ".drv"}


def renamed_binary(view: View) -> str | None:
    """A well-known program under another name."""
    known = [(view.image, view.original_file_name, view.process)]
    known += [(one.image, one.original_file_name, one) for one in view.line[1:2]]
    for image, original, process in known:
        true = process.true_name if process is not None and process.true_name else original
        if image is None or true is None:
            continue
        true = fold(true).removesuffix(".mui")
        stem = true.removesuffix(".exe")
        if stem in RENAMED and name_of(image).removesuffix(".exe") != stem:
            told = f", its OriginalFileName is {quoted(original)}" if original else ""
            return f"{quoted(image)} is {stem}.exe under another name{told}"
    return None


def program_files_look_alike(view: View) -> str | None:
    """A folder that is only called almost like Program Files."""
    for path in _paths(view):
        if looks_like_program_files(path):
            return f"{quoted(path)} lies in a folder that is called almost like Program Files"
    return None


def unsigned_module(view: View) -> str | None:
    """A module without a signature."""
    if view.module is not None and fold(_native(view, "Signed")) == "false":
        return f"{quoted(view.module)} is not signed"
    for process in view.processes:
        for deed in process.deeds:
            if deed.kind == "module" and deed.suspicious and deed.detail == "unsigned":
                return f"{name_of(process.image)} loaded {quoted(deed.what)}, which is not signed"
    return None


def signature_invalid(view: View) -> str | None:
    """A signature that does not hold."""
    status = _native(view, "SignatureStatus")
    if view.module is None or fold(_native(view, "Signed")) != "true" or fold(status) in ("", "valid"):
        return None
    return f"the signature of {quoted(view.module)} does not hold: {quoted(status)}"


def user_writable_path(view: View) -> str | None:
    """A file where every user may put one."""
    for path in _paths(view):
        if (folder := writable_folder(path)) is not None:
            return f"{quoted(path)} lies below {folder}, where users who are no administrators may put files"
    return None


def odd_extension(view: View) -> str | None:
    """A library that is not called one."""
    asked = view.registrar.asked if view.registrar else None
    for path in () if asked is None else asked.files:
        if extension(path) not in LIBRARIES | {""}:
            return f"regsvr32 was asked to register {quoted(path)}, which is called neither .dll nor .ocx"
    if view.registrar and view.module is not None and extension(view.module) not in _PARTS:
        return f"regsvr32 loaded {quoted(view.module)}, which is called neither .dll nor .ocx"
    return None


def _paths(view: View) -> Iterator[str]:
    """The module, what regsvr32 was asked for, and the program itself."""
    if view.module is not None:
        yield view.module
    if view.registrar is not None and view.registrar.asked is not None:
        yield from view.registrar.asked.sources
    if view.image is not None:
        yield view.image


def _native(view: View, name: str) -> str:
    return view.text("", name) or ""
