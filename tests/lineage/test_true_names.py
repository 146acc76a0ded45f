"""A program is what it is, whatever its file is called."""

import pytest

from .telling import line, started, tree_of

REGSVR32 = "C:\\Windows\\System32\\regsvr32.exe"
COPY = "C:\\Users\\Public\\msupd.exe"
SERVER = "Microsoft(C) Register Server"


def true_name(image: str, *others: dict[str, str], **fields: str) -> str | None:
    start = started(1, 100, image, None, 4, 0, **fields)
    events = [
        started(
            10 + at, 200 + at, one["Image"], None, 4, at, **{k: v for k, v in one.items() if k != "Image"}
        )
        for at, one in enumerate(others)
    ]
    return line(tree_of([start, *events], start))[-1].true_name


@pytest.mark.parametrize(
    ("image", "original", "expected"),
    [
        (COPY, "REGSVR32.EXE", "regsvr32.exe"),
        (COPY, "REGSVR32.EXE.MUI", "regsvr32.exe"),
        (REGSVR32, "REGSVR32.EXE", None),
        (REGSVR32.upper(), "regsvr32.exe.mui", None),
        (COPY, "-", None),
        (COPY, "?", None),
        (COPY, "", None),
        ("C:\\Program Files\\Contoso\\scan.exe", "Scan", None),
        ("\\\\host\\share/regsvr32.exe", "REGSVR32.EXE", None),
        (COPY, "evil\u202eexe.tmp", "evil\u202eexe.tmp"),
    ],
)
def test_the_original_file_name(image: str, original: str, expected: str | None) -> None:
    assert true_name(image, OriginalFileName=original) == expected


def test_the_same_content_under_a_name_that_can_be_trusted() -> None:
    installed = {"Image": REGSVR32, "Hashes": "MD5=AA11,SHA256=BB22"}
    assert true_name(COPY, installed, Hashes="SHA256=bb22,IMPHASH=00") == "regsvr32.exe"
    assert true_name(COPY, installed, Hashes="MD5=AA11") == "regsvr32.exe"
    assert true_name(COPY, installed, Hashes="MD5=AA12") is None
    assert true_name(REGSVR32, {"Image": COPY, "Hashes": "MD5=AA11"}, Hashes="MD5=AA11") is None
    assert true_name(COPY, {"Image": "C:\\Users\\x\\a.exe", "Hashes": "MD5=AA11"}, Hashes="MD5=AA11") is None
    assert (
        true_name(COPY, {"Image": "C:\\Windows\\Temp\\a.exe", "Hashes": "MD5=AA1"}, Hashes="MD5=AA1") is None
    )


def test_imphash_counts_together_with_the_description_only() -> None:
    known = {"Image": "C:\\Windows\\a.exe", "Hashes": "IMPHASH=CC33", "Description": "A program"}
    assert true_name(COPY, known, Hashes="IMPHASH=CC33", Description="A program") == "a.exe"
    assert true_name(COPY, known, Hashes="IMPHASH=CC33", Description="Another") is None
    assert true_name(COPY, known, Hashes="IMPHASH=CC33") is None
    assert (
        true_name(COPY, known, Hashes="IMPHASH=CC33", Description="A program", OriginalFileName="msupd.exe")
        is None
    )
    nothing = {"Image": "C:\\Windows\\a.exe", "Hashes": "IMPHASH=00000000", "Description": "A program"}
    assert true_name(COPY, nothing, Hashes="IMPHASH=00000000", Description="A program") is None


def test_the_description_of_regsvr32_is_known() -> None:
    assert true_name(COPY, Description=SERVER, OriginalFileName="msupd.exe") == "regsvr32.exe"
    assert true_name(REGSVR32, Description=SERVER) is None
