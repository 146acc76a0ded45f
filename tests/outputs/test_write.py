"""Files written whole or not at all."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from carhound.errors import UsageError
from carhound.outputs.write import check_target, write_file


def test_writes_all_chunks(tmp_path: Path) -> None:
    write_file(tmp_path / "out", [b"a", b"b"])
    assert (tmp_path / "out").read_bytes() == b"ab"


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")

    def chunks() -> Iterator[bytes]:
        yield b"new"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_file(target, chunks())
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name == "nt", reason="permissions of this kind are not Windows'")
def test_permissions_are_those_of_the_umask_or_of_the_old_file(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_file(tmp_path / "new", [b""])
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
        (tmp_path / "old").touch(0o600)
        write_file(tmp_path / "old", [b"x"])
        assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o600
    finally:
        os.umask(old)


@pytest.mark.skipif(os.name == "nt", reason="making links needs a privilege on Windows")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_file(tmp_path / "link", [b"x"])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"x"


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs /dev/null")
def test_a_device_is_written_to_and_not_replaced() -> None:
    check_target(Path("/dev/null"))
    write_file(Path("/dev/null"), [b"x"])
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "it is a folder"), ("no/out", "there is no folder"), ("x" * 300, "too long")],
)
def test_what_cannot_be_written_is_said(name: str, message: str, tmp_path: Path) -> None:
    for attempt in (check_target, lambda path: write_file(path, [b""])):
        with pytest.raises(UsageError, match=message) as caught:
            attempt(tmp_path / name)
        assert caught.value.hint
    assert not list(tmp_path.iterdir())
