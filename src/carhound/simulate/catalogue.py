"""What Windows would read from a program's file: version resource, signature, hashes.

The facts of well-known programs are data (`catalogue.yaml`). Hashes are made up: the same for the same file
wherever it lies and whatever it is called, and no file in the world has them.
"""

import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

NONE = "-"
"""What Sysmon writes for a version field that a file does not have."""

_TRUSTED = tuple(
    f"c:\\windows\\{folder}\\"
    for folder in ("system32", "syswow64", "winsxs", "microsoft.net", "servicing", "systemapps", "assembly")
)


class Program(Struct, frozen=True):
    """A file that can be run or loaded."""

    path: str
    version: str
    description: str
    product: str
    company: str
    original: str
    content: str
    """Stands for the bytes of the file: two files with the same content have the same hashes."""
    signature: str = NONE
    """Who signed it."""
    signed: bool = False
    status: str = "Unavailable"
    """As Sysmon writes SignatureStatus."""

    @property
    def hashes(self) -> str:
        """As Sysmon writes Hashes, where MD5, SHA256 and IMPHASH are configured."""
        return _hashes(self.content, self.original)


@lru_cache(maxsize=2048)
def program(path: str) -> Program:
    """The facts of the file at `path`; a file nobody knows has no version resource and no signature.

    What lies in the folders of Windows is Microsoft's, and what is Microsoft's lies there: a regsvr32.exe
    elsewhere is some file of that name, unless it is said to be a copy.
    """
    folded = path.lower()
    name = folded.rpartition("\\")[2]
    facts = _catalogue()["programs"].get(name)
    in_windows = folded.startswith("c:\\windows\\") and not folded.startswith("c:\\windows\\temp\\")
    if in_windows and isinstance(facts, str):
        return _of_windows(path, facts)
    if facts is None and folded.startswith(_TRUSTED):
        return _of_windows(path, name)
    if isinstance(facts, dict) and (in_windows or not facts.get("windows")):
        return _of_vendor(path, facts)
    return Program(path, NONE, NONE, NONE, NONE, NONE, folded)


def copy_of(original: str, path: str) -> Program:
    """The file at `original`, lying at `path`."""
    return replace(program(original), path=path)


def sign(file: Program, signed: bool, signature: str | None, status: str | None) -> Program:
    """The file with another signature; what is None follows from the rest, as Sysmon writes it."""
    if signature is None:
        signature = file.signature if signed and file.signed else NONE
    return replace(
        file, signed=signed, signature=signature, status=status or ("Valid" if signed else "Unavailable")
    )


def _of_windows(path: str, facts: str) -> Program:
    description, _, original = facts.rpartition(" | ")
    windows = _catalogue()["windows"]
    return Program(
        path,
        windows["version"],
        description or original,
        windows["product"],
        windows["company"],
        original,
        path.lower(),
        windows["signature"],
        True,
        "Valid",
    )


def _of_vendor(path: str, facts: dict[str, Any]) -> Program:
    signature = facts.get("signature", facts.get("company", NONE))
    signed = facts.get("signed", True)
    content = path.lower() if "\\syswow64\\" in path.lower() else facts.get("original", path).lower()
    return Program(
        path,
        str(facts.get("version", NONE)),
        facts.get("description", NONE),
        facts.get("product", NONE),
        facts.get("company", NONE),
        facts.get("original", NONE),
        content,
        signature if signed else NONE,
        signed,
        "Valid" if signed else "Unavailable",
    )


@lru_cache(maxsize=2048)
def _hashes(content: str, original: str) -> str:
    seed = f"carhound\0{content}".encode("utf-8", "surrogatepass")
    imports = f"carhound\0imports\0{content}\0{original}".encode("utf-8", "surrogatepass")
    md5 = hashlib.blake2b(seed, digest_size=16).hexdigest().upper()
    sha256 = hashlib.blake2b(seed, digest_size=32).hexdigest().upper()
    imphash = hashlib.blake2b(imports, digest_size=16).hexdigest().upper()
    return f"MD5={md5},SHA256={sha256},IMPHASH={imphash}"


@cache
def _catalogue() -> dict[str, Any]:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = Path(__file__).with_name("catalogue.yaml").read_bytes()
    tree: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506  # both are safe loaders
    return tree
