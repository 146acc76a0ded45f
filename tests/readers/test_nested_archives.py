"""Archives in archives, of every kind, and archives made to exhaust the machine: small ones, small limits."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from carhound.errors import UsageError
from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Skipped
from carhound.readers.archives.limits import Limits, read_limits
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions

EVENT = b'{"EventID":1,"Hostname":"ws1","TimeCreated":"2024-06-14T12:00:00Z","Image":"%s"}\n'
ONE, TWO = EVENT % b"one", EVENT % b"two"
PRESSES = (gzip.compress, bz2.compress, lzma.compress)
SMALL = Limits(size=1 << 20, ratio=20, members=10, free=10_000, spool=100)
Members = Iterable[tuple[str, bytes]]


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(members: Members, kind: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=kind) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., dict[str, list[object]]]:
    """What is read from bytes in a file called "a": images, and reasons, by the path behind it."""

    def read(
        data: bytes, limits: Limits | None = None, password: str | None = None
    ) -> dict[str, list[object]]:
        path = tmp_path / "a"
        path.write_bytes(data)
        found: dict[str, list[object]] = {}
        for part in open_evidence([str(path)], ReadOptions(limits=limits or Limits(), password=password)):
            items = [item.data["Image"] if isinstance(item, RawEvent) else item for item in part.items()]
            if part.kind == "not evidence":
                items.append(part.reason)
            found[part.path.removeprefix(str(path))] = items
        assert [entry.name for entry in tmp_path.iterdir()] == ["a"]
        return found

    return read


Read = Callable[..., dict[str, list[object]]]


def reasons(items: list[object]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Skipped | Damage)]


@pytest.mark.parametrize("outer", [zipped, tarred], ids=["zip", "tar"])
@pytest.mark.parametrize("press", [bytes, *PRESSES], ids=["plain", "gzip", "bzip2", "xz"])
@pytest.mark.parametrize("inner", [zipped, tarred], ids=["zip", "tar"])
def test_archives_in_archives(
    read: Read,
    outer: Callable[[Members], bytes],
    press: Callable[[bytes], bytes],
    inner: Callable[[Members], bytes],
) -> None:
    """Shown by the names of all of them; what follows in the outer one is read too."""
    data = outer([("in/a.x", press(inner([("m/1", ONE), ("2", TWO)]))), ("3", ONE)])
    assert read(data) == {"/in/a.x/m/1": ["one"], "/in/a.x/2": ["two"], "/3": ["one"]}
    assert read(gzip.compress(data)) == read(data)


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".log"])
@pytest.mark.parametrize("press", PRESSES, ids=["gzip", "bzip2", "xz"])
def test_compressed_files_in_archives_are_shown_without_their_ending(
    read: Read, ending: str, press: Callable[[bytes], bytes]
) -> None:
    told = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}.get(ending) is press
    name = "/one.json" if told else f"/one.json{ending}"
    assert read(zipped([(f"one.json{ending}", press(ONE))])) == {name: ["one"]}


def test_the_depth_has_a_limit_that_can_be_raised(read: Read) -> None:
    """Three archives in one another are read; a compressed log in the third is no archive more."""
    third = zipped([("4.zip", zipped([("x", ONE)])), ("5.json.gz", gzip.compress(ONE)), ("6", TWO)])
    data = zipped([("2.zip", zipped([("3.zip", third)])), ("7", TWO)])
    found = read(data)
    assert found.pop("/7") == ["two"]
    assert found.pop("/2.zip/3.zip/5.json") == ["one"]
    assert found.pop("/2.zip/3.zip/6") == ["two"]
    ((name, items),) = found.items()
    assert name == "/2.zip/3.zip/4.zip"
    assert reasons(items) == ["an archive inside 3 others, the limit; --archive-limit depth=4 would raise it"]
    assert read(data, Limits(depth=4))["/2.zip/3.zip/4.zip/x"] == ["one"]


def test_an_archive_that_holds_itself_ends(read: Read) -> None:
    """A stand-in for droste.zip and its like: the limit of the depth is what ends them."""
    data = ONE
    for _ in range(40):
        data = gzip.compress(data)
    assert len(reasons(next(iter(read(data).values())))) == 1


def test_links_devices_and_names_of_tar_members(read: Read) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind in (
            ("soft", tarfile.SYMTYPE),
            ("hard", tarfile.LNKTYPE),
            ("null", tarfile.CHRTYPE),
            ("disk", tarfile.BLKTYPE),
            ("pipe", tarfile.FIFOTYPE),
            ("folder", tarfile.DIRTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        for name in ("/etc/abs.json", "../../up.json", "C:\\x.json", "n\udcff\x1b[2J"):
            info = tarfile.TarInfo(name)
            info.size = len(ONE)
            archive.addfile(info, io.BytesIO(ONE))
    link = "a link in an archive, which is not followed"
    assert read(buffer.getvalue()) == {
        "/soft": [link],
        "/hard": [link],
        "/null": ["a device in an archive"],
        "/disk": ["a device in an archive"],
        "/pipe": ["a pipe in an archive"],
        "/etc/abs.json": ["one"],
        "/../../up.json": ["one"],
        "/C:/x.json": ["one"],
        "/n\udcff\x1b[2J": ["one"],
    }


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_in_tar(read: Read, kind: int) -> None:
    name = "/".join(["folder" * 5] * 4) + "/ü.json"
    assert read(tarred([(name, ONE), ("2", TWO)], kind)) == {f"/{name}": ["one"], "/2": ["two"]}


def test_a_damaged_header_costs_its_member_only(read: Read) -> None:
    data = bytearray(tarred([("1", ONE), ("2", TWO), ("3", ONE)]))
    data[1024 + 10] ^= 1  # in the name of the second, against its checksum
    found = read(bytes(data))
    assert found["/1"][0] == "one"
    assert found["/3"] == ["one"]
    assert "are no header of a member" in str(found["/1"] + found.get("", []))


def header(name: bytes, size: bytes, kind: bytes) -> bytes:
    block = bytearray(name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + size + b"0" * 11 + b"\0")
    block += b" " * 8 + kind + bytes(100) + b"ustar\0" + b"00"
    block = block.ljust(512, b"\0")
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


HUGE = b"\x80" + (1 << 62).to_bytes(11, "big")


@pytest.mark.parametrize("kind", [b"S", b"0", b"x", b"L", b"g"])
def test_a_tar_header_that_states_a_huge_size(read: Read, kind: bytes) -> None:
    """Also of a sparse file: nothing is unpacked, nothing is held, and it is told."""
    data = tarred([("1", ONE)])[:1024] + header(b"huge", HUGE, kind) + TWO.ljust(1024, b"\0")
    found = read(data)
    assert found["/1"][0] == "one"
    assert any(reasons(items) for items in found.values())


def test_extended_headers_without_end(read: Read) -> None:
    data = header(b"x", b"00000000001\0", b"x") + b"1".ljust(512, b"\0")
    assert any(reasons(items) for items in read(data * 500).values())


def test_a_member_that_grows_beyond_the_ratio_costs_itself_only(read: Read) -> None:
    """What was read of it stays; its neighbours are read; the reason says how to raise the limit."""
    data = zipped([("bomb", ONE * 9000), ("2", TWO)])
    found = read(data, SMALL)
    assert found["/2"] == ["two"]
    *cut, limit = reasons(found["/bomb"])
    assert (
        limit
        == "it unpacks to more than 20 times its size, the limit; --archive-limit ratio=200 would raise it"
    )
    assert set(cut) <= {"the text ends in this object"}
    assert read(data, Limits())["/bomb"] == ["one"] * 9000
    big = ONE + b" " * (3 << 20) + TWO
    for press in (gzip.compress, bz2.compress, lzma.compress):
        found = read(press(big), SMALL)
        assert "20 times its size" in str(found), press
        assert "one" in str(found), press


def test_a_bomb_of_bombs_ends(read: Read) -> None:
    """Zip in zip, each within the ratio of its own: the whole file has a limit too."""
    inner = zipped([(f"{number}", ONE * 100) for number in range(9)])
    limits = Limits(size=50_000, free=10_000, spool=100)
    found = read(zipped([(f"{number}.zip", inner) for number in range(9)]), limits)
    assert 0 < str(found).count("'one'") < 81 * 100
    assert "unpacks to more than 48 KB, the limit; --archive-limit size=488K would raise it" in str(found)


def test_overlapping_members_are_refused(read: Read) -> None:
    """All entries of the list point to the bytes of one member."""
    data = bytearray(zipped([("1", ONE), ("2", TWO), ("3", ONE)]))
    at = -1
    for _ in range(3):
        at = data.index(b"PK\1\2", at + 1)
        struct.pack_into("<I", data, at + 42, 0)
    found = read(bytes(data))
    assert found["/1"] == ["one"]
    shared = "a member whose compressed data is also that of another one"
    assert reasons(found["/2"] + found["/3"]) == [shared, shared]


@pytest.mark.parametrize("archive", [zipped, tarred], ids=["zip", "tar"])
def test_too_many_members(read: Read, archive: Callable[[Members], bytes]) -> None:
    found = read(archive([(f"{number}", ONE) for number in range(11)]), SMALL)
    assert any("more than 10 members" in str(items) for items in found.values())
    assert "members=100 would raise it" in str(found)


def test_a_million_tiny_members_take_no_memory(read: Read) -> None:
    """The list of a ZIP archive is counted before it is taken in."""
    entry = b"PK\1\2" + bytes(24) + struct.pack("<3H", 1, 0, 0) + bytes(12) + b"x"
    count = 200_000
    end = b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 65535, 65535, len(entry) * count, 0, 0)
    found = read(b"PK\3\4" + entry * count + end)
    assert "more than 100000 members" in str(found)


def encrypted(data: bytes, password: bytes, method: int) -> bytes:
    """A ZIP archive of one member, in the encryption of PKZIP (APPNOTE 6.1), which Python only reads."""
    import zlib

    keys = [0x12345678, 0x23456789, 0x34567890]

    def crc(byte: int, value: int) -> int:
        return zlib.crc32(bytes([byte]), value ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    def update(byte: int) -> None:
        keys[0] = crc(byte, keys[0])
        keys[1] = ((keys[1] + (keys[0] & 255)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = crc(keys[1] >> 24, keys[2])

    for byte in password:
        update(byte)
    packed = data if method == 0 else zlib.compressobj(9, 8, -15)
    if not isinstance(packed, bytes):
        packed = packed.compress(data) + packed.flush()
    checksum = zlib.crc32(data)
    out = bytearray()
    for byte in bytes(11) + bytes([checksum >> 24]) + packed:
        k = keys[2] | 2
        out.append(byte ^ (k * (k ^ 1) >> 8) & 255)
        update(byte)
    about = struct.pack("<HHHHHIIIHH", 20, 1, method, 0, 0, checksum, len(out), len(data), 5, 0)
    local = b"PK\3\4" + about + b"1.log" + bytes(out)
    entry = b"PK\1\2" + b"\x14\0" + about + bytes(10) + bytes(4) + b"1.log"
    return local + entry + b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 1, 1, len(entry), len(local), 0)


@pytest.mark.parametrize("method", [0, 8], ids=["stored", "deflated"])
def test_encrypted_members_are_opened_by_the_password(read: Read, method: int) -> None:
    data = encrypted(ONE * 50, b"infected", method)
    assert read(data, password="infected") == {"/1.log": ["one"] * 50}  # noqa: S106
    assert reasons(read(data)["/1.log"]) == ["an encrypted member: --archive-password would open it"]
    for number in range(300):  # some wrong passwords pass the one byte that is checked at the start
        (found,) = read(data, password=f"wrong{number}").values()
        assert reasons(found) == ["an encrypted member that --archive-password does not open"]


def test_compression_that_is_not_supported_is_named(read: Read) -> None:
    for method, name in ((9, "Deflate64"), (14, "LZMA"), (99, "AES"), (77, "method 77")):
        data = bytearray(zipped([("1", ONE), ("2", TWO)]))
        struct.pack_into("<H", data, data.index(b"PK\1\2") + 10, method)
        found = read(bytes(data))
        assert name in reasons(found["/1"])[0]
        assert found["/2"] == ["two"]


def test_limits_as_written() -> None:
    assert read_limits(()) == Limits()
    given = read_limits(("size=200G", "ratio=7", "members=1000000", "depth=9"))
    assert given == Limits(size=200 << 30, ratio=7, members=1_000_000, depth=9)
    assert read_limits(("size=5mb", "size=77")).size == 77
    for wrong in ("size", "size=", "size=-1", "ratio=1.5", "depth=0", "speed=9", "size=9x", "ratio=1k", ""):
        with pytest.raises(UsageError):
            read_limits((wrong,))
