"""Each derivation of a CAR field, on the values Sysmon writes."""

from collections.abc import Callable

import pytest

from carhound.model.event import Event, Place, Value
from carhound.normalize import derivations
from carhound.normalize.derivations import source


def event(**data: Value) -> Event:
    return Event(
        "P", None, "1", "ws1.example.org", None, None, data, {}, "line 1", place=Place("f", "1"), shape="s"
    )


@pytest.mark.parametrize(
    ("derive", "text", "expected"),
    [
        (derivations.basename, "C:\\Windows\\cmd.exe", "cmd.exe"),
        (derivations.basename, "/usr/bin/x", "x"),
        (derivations.basename, "C:\\a/b\\c", "c"),
        (derivations.basename, "cmd.exe", "cmd.exe"),
        (derivations.basename, "-", "-"),
        (derivations.basename, "C:\\", None),
        (derivations.basename, "", None),
        (derivations.extension, "C:\\a.b\\c.tar.gz", ".gz"),
        (derivations.extension, "C:\\a.b\\c", None),
        (derivations.label, "ws1.example.org", "ws1"),
        (derivations.label, "ws1", "ws1"),
        (derivations.label, "", None),
        (derivations.first, "HKLM\\Software\\x", "HKLM"),
        (derivations.first, "\\REGISTRY\\A\\x", "REGISTRY"),
        (derivations.last, "HKLM\\Software\\x", "x"),
        (derivations.last, "x", "x"),
        (derivations.named, "Microsoft Windows", "Microsoft Windows"),
        (derivations.named, "-", None),
        (derivations.named, "", None),
        (derivations.valid, "Valid", "true"),
        (derivations.valid, "valid", "true"),
        (derivations.valid, "Expired", "false"),
        (derivations.valid, "Unavailable", "false"),
        (derivations.valid, "", None),
        (derivations.hash_of("MD5"), "SHA1=aa,MD5=bb,SHA256=cc", "bb"),
        (derivations.hash_of("SHA1"), "sha1=aa", "aa"),
        (derivations.hash_of("SHA256"), "SHA1=aa", None),
        (derivations.hash_of("SHA1"), "SHA1=", None),
    ],
)
def test_derivations(derive: Callable[[str], str | None], text: str, expected: str | None) -> None:
    assert derive(text) == expected


def test_sources_take_fields_out_of_events() -> None:
    one = event(Image="C:\\a.exe", Hashes="MD5=x", Data=("C:\\b.dll", "C:\\"))
    assert source("Image")(one) == "C:\\a.exe"
    assert source("basename(Image)")(one) == "a.exe"
    assert source("hash(Hashes, MD5)")(one) == "x"
    assert source("Computer")(one) == "ws1.example.org"
    assert source("label(Computer)")(one) == "ws1"
    assert source("Nothing | Image")(one) == "C:\\a.exe"
    assert source("Nothing | Neither")(one) is None
    assert source("basename(Nothing)")(one) is None
    assert source("basename(Data)")(one) == ("b.dll",)


@pytest.mark.parametrize("text", ["upper(Image)", "basename(Image, x)", "hash(Hashes)"])
def test_unknown_derivations_are_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="no such derivation"):
        source(text)
