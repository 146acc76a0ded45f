"""Alerts into a file, each exactly once, wherever a run before may have ended."""

import io
import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.alerts.delivery import deliver
from carhound.alerts.json_lines import JsonLinesFile, StandardOutput
from carhound.alerts.ledger import Ledger, Message

from .sightings import NOW, ids, sighting


def message(number: int, text: str = "x") -> Message:
    return Message(f"{number:016x}", json.dumps({"id": number, "text": text}).encode() + b"\n")


def written(path: Path, *messages: Message) -> bytes:
    for taken in JsonLinesFile(path).deliver(messages):
        assert taken.refused is None
        assert taken.alerts == tuple(one.alert for one in messages)
    return path.read_bytes()


def test_lines_are_added_in_order(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    one, two, three = (message(number) for number in range(3))
    assert written(path, one, two) == one.body + two.body
    assert written(path, three) == one.body + two.body + three.body


BEFORE = [b"", b"not ours\n", b"not ours, without an end", b"\n\n", b'{"id": 0', b"x" * 500]
"""What may stand in the file already."""


@settings(max_examples=200)
@given(
    before=st.sampled_from(BEFORE),
    texts=st.lists(st.text(max_size=20), min_size=1, max_size=4),
    cut=st.integers(0, 200),
)
def test_a_run_that_ended_while_writing_is_completed(
    tmp_path_factory: pytest.TempPathFactory, before: bytes, texts: list[str], cut: int
) -> None:
    """Whatever the file held is still there, and each message stands in it on one line of its own."""
    path = tmp_path_factory.mktemp("lines") / "alerts.jsonl"
    messages = [message(number + 10, text) for number, text in enumerate(texts)]
    path.write_bytes(before)
    written(path, *messages)
    whole = path.read_bytes()
    path.write_bytes(whole[: max(len(before), len(whole) - cut)])
    further = message(99)
    after = written(path, *messages, further)
    assert after.startswith(before)
    assert after == whole + further.body
    assert all(after.split(b"\n").count(one.body[:-1]) == 1 for one in (*messages, further))


@pytest.mark.parametrize("before", BEFORE, ids=range(len(BEFORE)))
def test_a_run_that_ended_after_writing_has_nothing_to_add(tmp_path: Path, before: bytes) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_bytes(before)
    messages = [message(1), message(2)]
    whole = written(path, *messages)
    assert written(path, *messages) == whole


def test_alike_lines_of_the_past_do_not_stand_for_new_ones(tmp_path: Path) -> None:
    """Only the end of the file can be this outbox's: what stands further up was another ledger's."""
    path = tmp_path / "alerts.jsonl"
    old, newer = message(1), message(2, "y" * 300)
    path.write_bytes(old.body + newer.body)
    assert written(path, old) == old.body + newer.body + old.body


def test_a_path_that_cannot_be_written_keeps_all_in_the_ledger(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.record([sighting("a", 1), sighting("b", 2)], 1, ["lines"], NOW)
        answer = deliver(ledger, JsonLinesFile(tmp_path / "no" / "such" / "folder.jsonl"))
        assert (answer.sent, answer.waiting) == (0, 2)
        assert answer.problem is not None
        assert "folder.jsonl: No such file or directory" in answer.problem.message
        assert deliver(ledger, JsonLinesFile(tmp_path)).problem is not None
        answer = deliver(ledger, JsonLinesFile(tmp_path / "alerts.jsonl"))
        assert (answer.sent, answer.waiting, answer.problem) == (2, 0, None)
    lines = (tmp_path / "alerts.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == list(ids("a", "b"))


def test_nothing_to_say_makes_no_file(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert deliver(ledger, JsonLinesFile(tmp_path / "alerts.jsonl")).sent == 0
    assert not (tmp_path / "alerts.jsonl").exists()


def test_standard_output_gets_the_same_lines(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.record([sighting("a", 1), sighting("b", 2)], 1, ["lines"], NOW)
        bodies = b"".join(one.body for one in ledger.pending("lines"))
        assert deliver(ledger, StandardOutput()).sent == 2
    assert capfdbinary.readouterr().out == bodies


def test_a_reader_that_went_away_leaves_the_rest_in_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    broken = io.TextIOWrapper(io.BufferedWriter(io.FileIO(writing, "w")))
    monkeypatch.setattr(sys, "stdout", broken)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.record([sighting("a")], 1, ["lines"], NOW)
        answer = deliver(ledger, StandardOutput())
        assert (answer.sent, answer.waiting) == (0, 1)
        assert answer.problem is not None
        assert "nobody reads" in answer.problem.message
    with pytest.raises(BrokenPipeError):
        broken.close()
