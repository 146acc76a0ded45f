"""Evidence in archives: whole, nested, encrypted, cut, and with names that mean harm."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Remark
from carhound.readers.evidence import open_evidence
from carhound.readers.part import Part

EVENT = b'{"EventID":1,"Hostname":"ws1","TimeCreated":"2024-06-14T12:00:00Z","Image":"%s"}\n'
ONE, TWO = EVENT % b"one", EVENT % b"two"


def write_zip(path: Path, members: Iterable[tuple[str, bytes]]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)


def tar_bytes(members: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def images(part: Part) -> list[object]:
    return [item.data["Image"] if isinstance(item, RawEvent) else type(item) for item in part.items()]


def shown(path: Path) -> list[tuple[str, str, str | None]]:
    return [
        (part.path.removeprefix(str(path.parent)), part.kind, part.format)
        for part in open_evidence([str(path)])
    ]


def test_zip_members_are_parts(tmp_path: Path) -> None:
    """Folders and macOS's shadow files are passed over; other members are told by content, not by name."""
    path = tmp_path / "a.zip"
    write_zip(
        path,
        [
            ("logs/", b""),
            ("logs/one.json", ONE),
            ("__MACOSX/logs/._one.json", b"\0\5\x16\7"),
            ("readme.json", b"hello"),
            ("logs\\two.txt", TWO),
        ],
    )
    assert shown(path) == [
        ("/a.zip/logs/one.json", "evidence", "nxlog"),
        ("/a.zip/readme.json", "not evidence", None),
        ("/a.zip/logs/two.txt", "evidence", "nxlog"),
    ]
    parts = list(open_evidence([str(path)]))
    assert not any(part.explicit for part in parts)
    assert parts[0].bytes == len(ONE)
    assert [images(part) for part in reversed(parts)] == [["two"], [], ["one"]]
    assert images(parts[0]) == ["one"]  # a member can be read twice


def test_names_in_archives_are_only_names(tmp_path: Path) -> None:
    """Whatever a member is called, nothing is written anywhere."""
    path = tmp_path / "evil.zip"
    write_zip(path, [("../../outside.json", ONE), ("/etc/outside.json", TWO)])
    before = sorted(tmp_path.rglob("*"))
    assert [(part.path.removeprefix(str(tmp_path)), images(part)) for part in open_evidence([str(path)])] == [
        ("/evil.zip/../../outside.json", ["one"]),
        ("/evil.zip/etc/outside.json", ["two"]),
    ]
    assert sorted(tmp_path.rglob("*")) == before


def test_tar_members_are_parts_plain_and_compressed(tmp_path: Path) -> None:
    data = tar_bytes([("x/one.json", ONE), ("notes.md", b"# notes\n"), ("x/two.json", TWO)])
    for name, content in (("a.tar", data), ("a.tgz", gzip.compress(data)), ("odd", gzip.compress(data))):
        path = tmp_path / name
        path.write_bytes(content)
        read = [(part.path.removeprefix(str(tmp_path)), images(part)) for part in open_evidence([str(path)])]
        assert read == [
            (f"/{name}/x/one.json", ["one"]),
            (f"/{name}/notes.md", []),
            (f"/{name}/x/two.json", ["two"]),
        ]


def test_a_gzip_file_is_shown_without_its_ending(tmp_path: Path) -> None:
    path = tmp_path / "one.json.gz"
    path.write_bytes(gzip.compress(ONE))
    (part,) = open_evidence([str(path)])
    assert (part.path, part.explicit, part.kind, part.format) == (str(path)[:-3], True, "evidence", "nxlog")
    assert images(part) == ["one"]
    assert images(part) == ["one"]  # a file can be read twice


def test_an_encrypted_member_is_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write_zip(path, [("one.json", ONE), ("two.json", TWO)])
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1  # the flag of the first member, in the list that counts
    path.write_bytes(data)
    first, second = open_evidence([str(path)])
    assert (first.kind, first.reason) == (
        "unsupported",
        "an encrypted member: --archive-password would open it",
    )
    assert images(second) == ["two"]


def test_a_zip_without_its_list_of_members_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "cut.zip"
    write_zip(path, [("one.json", ONE * 50)])
    path.write_bytes(path.read_bytes()[:-30])
    (part,) = open_evidence([str(path)])
    assert (part.kind, part.format, part.explicit) == ("evidence", "zip", True)
    (damage,) = part.items()
    assert isinstance(damage, Damage)
    assert "list of its members" in damage.reason


def test_a_zip_member_that_fails_its_checksum_keeps_its_events(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.json", ONE * 3)
        archive.writestr("two.json", TWO)
    data = path.read_bytes().replace(b'"one"', b'"eno"', 1)
    path.write_bytes(data)
    first, second = open_evidence([str(path)])
    items = list(first.items())
    assert sum(isinstance(item, RawEvent) for item in items) in (0, 3)
    assert any(isinstance(item, Damage) for item in items)
    assert images(second) == ["two"]


def test_stray_bytes_after_a_compressed_archive_are_remarked(tmp_path: Path) -> None:
    """As in some public data sets: a newline got behind the gzip trailer."""
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(tar_bytes([("one.json", ONE), ("two.json", TWO)])) + b"\n")
    read = [images(part) for part in open_evidence([str(path)])]
    assert read == [["one"], ["two", Remark]]


def test_a_cut_archive_gives_what_is_before_the_cut(tmp_path: Path) -> None:
    data = tar_bytes([("one.json", ONE), ("two.json", TWO * 400)])
    for name, content in (("cut.tar", data[:20_000]), ("cut.tgz", gzip.compress(data)[:-40])):
        path = tmp_path / name
        path.write_bytes(content)
        items = [item for part in open_evidence([str(path)]) for item in part.items()]
        events = [item for item in items if isinstance(item, RawEvent)]
        assert events[0].data["Image"] == "one"
        assert any(isinstance(item, Damage) for item in items), name


def test_a_cut_gzip_file_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "one.json.gz"
    path.write_bytes(gzip.compress(ONE * 1000)[:-4])
    (part,) = open_evidence([str(path)])
    items = list(part.items())
    assert sum(isinstance(item, RawEvent) for item in items) == 1000
    assert [item.where for item in items if isinstance(item, Damage)] == ["end of the compressed data"]


def test_archives_that_are_broken_from_the_start(tmp_path: Path) -> None:
    for name, content in (
        ("a.gz", b"\x1f\x8b\x08\0\0"),
        ("b.gz", b"\x1f\x8b" + b"x" * 50),
        ("c.zip", b"PK\x03\x04"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        (part,) = open_evidence([str(path)])
        assert [type(item) for item in part.items()] == [Damage], name


def test_an_archive_without_files(tmp_path: Path) -> None:
    for name, content in (("a.tar", tar_bytes([])), ("a.tgz", gzip.compress(tar_bytes([])))):
        path = tmp_path / name
        path.write_bytes(content)
        assert [part.kind for part in open_evidence([str(path)])] == ["not evidence"], name
    path = tmp_path / "a.zip"
    write_zip(path, [])
    ((part),) = open_evidence([str(path)])
    assert (part.path, part.kind, part.reason) == (str(path), "not evidence", "an archive without files")


def test_tar_parts_read_too_late_are_damage_not_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(tar_bytes([("one.json", ONE * 30_000), ("two.json", TWO)]))
    first, second = open_evidence([str(path)])
    assert any(isinstance(item, Damage) for item in first.items())
    assert images(second) == ["two"]  # so small that it was read to tell what it is
    assert images(second) == [Damage]
