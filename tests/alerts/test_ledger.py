"""The ledger: each alert once, whatever is seen again, and never a file of somebody else."""

import json
import random
import sqlite3
import subprocess
import sys
from datetime import timedelta
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.alerts.ledger import Ledger, Recorded
from carhound.errors import LedgerError
from carhound.findings.alert import Alert, Sighting, alert_id

from .sightings import HIDDEN, NOW, START, ids, sighting

SINKS = ("lines", "webhook")
VALIDATOR = jsonschema.Draft202012Validator(
    json.loads((resources.files("carhound") / "outputs/schema/alert-1.json").read_text(encoding="utf-8"))
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def test_a_new_ledger_remembers_nothing(path: Path) -> None:
    with Ledger(path) as ledger:
        assert (ledger.watermark(), ledger.last_run(), ledger.alerts()) == (None, None, ())
        assert (ledger.pending("lines"), dict(ledger.waiting())) == ((), {})


def test_an_alert_is_made_of_its_events(path: Path) -> None:
    events = [
        sighting("a", 3),
        sighting("a", 1, implementations=("Other", "Main"), finding={"id": "first"}),
        sighting("a", 2, host=None, time=None),
        sighting("a", 4, suppression=HIDDEN),
        sighting("b", 9, time=None),
    ]
    with Ledger(path) as ledger:
        recorded = ledger.record(events, 5, SINKS, NOW)
        assert recorded == Recorded(new=ids("a", "b"))
        assert ledger.watermark() == 5
        assert ledger.last_run() == NOW
        first, second = sorted(ledger.alerts(), key=lambda alert: alert.key)
    assert first == Alert(
        id=alert_id("CAR-1", "a", "2026-10-30"),
        analytic="CAR-1",
        implementations=("Other", "Main"),
        key="a",
        day="2026-10-30",
        first_seen=START + timedelta(minutes=1),
        last_seen=START + timedelta(minutes=4),
        count=4,
        suppressed=1,
        hosts=("WS1", "WS3", "WS4"),
        finding={"id": "first"},
        status="new",
    )
    assert (second.first_seen, second.last_seen, second.hosts) == (None, None, ("WS9",))


def test_a_message_is_as_its_schema_says_and_the_same_for_every_sink(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)
    with Ledger(path) as ledger:
        ledger.record([sighting("a", 1), sighting("a", 2), sighting("b", 3, time=None)], 5, SINKS, NOW)
        lines, posts = ledger.pending("lines"), ledger.pending("webhook")
    assert lines == posts
    assert [message.alert for message in lines] == list(ids("a", "b"))
    told, timeless = (json.loads(message.body) for message in lines)
    for one in (told, timeless):
        VALIDATOR.validate(one)
        assert list(one) == list(VALIDATOR.schema["properties"])
    assert (told["first_seen"], told["last_seen"]) == ("2026-10-30T08:01:00Z", "2026-10-30T08:02:00Z")
    assert (told["count"], told["hosts"], told["key"]) == (2, ["WS1", "WS2"], "a")


def test_a_known_alert_grows_and_is_not_sent_again(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.record([sighting("a", 5)], 1, SINKS, NOW)
        body = ledger.pending("lines")[0].body
        late = [sighting("a", 2), sighting("a", 5)]
        assert ledger.record(late, 2, SINKS, NOW) == Recorded(known=ids("a"))
        (alert,) = ledger.alerts()
        assert (alert.count, alert.hosts) == (2, ("WS2", "WS5"))
        assert alert.first_seen == START + timedelta(minutes=2)
        assert [message.body for message in ledger.pending("lines")] == [body]


def test_an_alert_is_sent_when_every_sink_has_it(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.record([sighting("a"), sighting("b")], 1, SINKS, NOW)
        ledger.sent("lines", ids("a", "b"))
        assert {alert.status for alert in ledger.alerts()} == {"new"}
        assert dict(ledger.waiting()) == {"webhook": 2}
        ledger.refused("webhook", ids("a")[0], "answered 400 \ud800")
        ledger.sent("webhook", ids("b"))
        (left,) = ledger.pending("webhook")
        assert (left.alert, left.refused) == (ids("a")[0], "answered 400 \ufffd")
        assert {alert.key: alert.status for alert in ledger.alerts()} == {"a": "new", "b": "sent"}
    with Ledger(path) as ledger:
        assert dict(ledger.waiting()) == {"webhook": 1}


def test_suppressed_alerts_are_counted_and_not_sent(path: Path) -> None:
    with Ledger(path) as ledger:
        hidden = [sighting("a", 1, suppression=HIDDEN), sighting("a", 2, suppression=HIDDEN)]
        assert ledger.record(hidden, 1, SINKS, NOW) == Recorded(suppressed=ids("a"))
        (alert,) = ledger.alerts()
        assert (alert.status, alert.count, alert.suppressed) == ("suppressed", 2, 2)
        assert alert.suppression == "tested (alice, until 2999-12-31)"
        assert ledger.pending("lines") == ()


def test_an_alert_is_sent_once_its_suppression_is_gone(path: Path) -> None:
    """It then speaks of an event that nobody has suppressed."""
    with Ledger(path) as ledger:
        ledger.record([sighting("a", 1, suppression=HIDDEN)], 1, SINKS, NOW)
        again = [sighting("a", 1, suppression=HIDDEN), sighting("a", 2)]
        assert ledger.record(again, 2, SINKS, NOW) == Recorded(new=ids("a"))
        (alert,) = ledger.alerts()
        assert (alert.status, alert.suppression, alert.count, alert.suppressed) == ("new", None, 2, 1)
        assert json.loads(ledger.pending("webhook")[0].body)["finding"] == again[1].finding
        ledger.sent("lines", ids("a"))
        ledger.sent("webhook", ids("a"))
        assert ledger.record([sighting("a", 3, suppression=HIDDEN)], 3, SINKS, NOW).known == ids("a")
        assert ledger.alerts()[0].status == "sent"


SEEN = st.lists(
    st.builds(
        lambda key, number, hidden: sighting(key, number, suppression=HIDDEN if hidden else None),
        st.sampled_from("abc"),
        st.integers(0, 5),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: (one.key, one.event),
)


@settings(max_examples=25)
@given(runs=st.lists(SEEN, min_size=1, max_size=3), seed=st.randoms(use_true_random=False))
def test_repeats_and_order_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, runs: list[list[Sighting]], seed: random.Random
) -> None:
    """Every run recorded twice, in another order, leaves the ledger that recording it once leaves."""
    folder = tmp_path_factory.mktemp("ledgers")
    with Ledger(folder / "once") as once, Ledger(folder / "twice") as twice:
        for number, seen in enumerate(runs):
            first = once.record(seen, number, SINKS, NOW)
            shuffled = seed.sample(seen, len(seen))
            assert twice.record(shuffled, number, SINKS, NOW) == first
            again = twice.record(seen, number, SINKS, NOW)
            assert again.new == ()
            assert set(again.known) == {*first.new, *first.known}
        assert once.alerts() == twice.alerts()
        assert once.pending("lines") == twice.pending("lines")
        raised = {one.alert for seen in runs for one in seen if one.suppression is None}
        assert {message.alert for message in once.pending("lines")} == raised
        assert len(once.pending("lines")) == len(raised)


def test_hostile_text_is_kept_as_far_as_text_goes(path: Path) -> None:
    hostile = "\x00=1+1 \u202e\ud800\n{}"
    with Ledger(path) as ledger:
        ledger.record([sighting(hostile, host=hostile, finding={"id": hostile})], 1, SINKS, NOW)
        (alert,) = ledger.alerts()
        (message,) = ledger.pending("lines")
    assert (alert.key, alert.hosts) == (hostile.replace("\ud800", "\ufffd"),) + ((alert.key,),)
    assert message.body.count(b"\n") == 1
    assert json.loads(message.body)["finding"]["id"] == hostile.replace("\ud800", "\ufffd")


def test_the_watermark_never_goes_back(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.record([], 0, SINKS, NOW)
        assert ledger.watermark() == 0
        ledger.record([], 7, SINKS, NOW)
        ledger.record([], 3, SINKS, NOW)
        assert ledger.watermark() == 7


def test_a_clock_that_went_back_is_told_and_loses_nothing(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.record([sighting("a")], 1, SINKS, NOW)
        assert ledger.record([], 2, SINKS, NOW - timedelta(seconds=59)).clock_back is None
        recorded = ledger.record([sighting("b", 2)], 3, SINKS, NOW - timedelta(days=400))
        assert recorded.clock_back == timedelta(days=400) - timedelta(seconds=59)
        assert recorded.new == ids("b")
        assert ledger.watermark() == 3
        assert ledger.record([], 4, SINKS, NOW - timedelta(days=399)).clock_back is None


def test_alerts_since_are_those_that_got_an_event(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.record([sighting("a", 1), sighting("b", 2)], 1, SINKS, NOW)
        ledger.record([sighting("a", 1), sighting("b", 3)], 2, SINKS, NOW + timedelta(days=1))
        assert [alert.key for alert in ledger.alerts(NOW + timedelta(hours=1))] == ["b"]
        assert [alert.key for alert in ledger.alerts(NOW)] == ["a", "b"]


def test_one_run_at_a_time(path: Path) -> None:
    """The second one is told; the first is not disturbed, and its end opens the door."""
    second = (
        "import sys, pathlib; from carhound.alerts import ledger, ledger_file;"
        "ledger_file._BUSY_SECONDS = 0.05; from carhound.errors import LedgerError\n"
        "try: ledger.Ledger(pathlib.Path(sys.argv[1]))\n"
        "except LedgerError as error: print(error.message)"
    )

    def other() -> str:
        words = [sys.executable, "-c", second, str(path)]
        return subprocess.run(words, capture_output=True, encoding="utf-8", check=True).stdout

    with Ledger(path) as ledger:
        assert other() == f"the ledger {path} is in use by another run\n"
        ledger.record([sighting("a")], 1, SINKS, NOW)
    assert other() == ""


def damaged(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.record([sighting(str(number), number) for number in range(300)], 1, SINKS, NOW)
    data = bytearray(path.read_bytes())
    data[8192:-4096] = b"\xff" * (len(data) - 8192 - 4096)
    path.write_bytes(data)


def newer(path: Path) -> None:
    Ledger(path).__exit__(None, None, None)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 2")
    connection.close()


def foreign(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()


@pytest.mark.parametrize(
    ("make", "message", "hint"),
    [
        (
            lambda path: path.write_text("just text, and enough of it" * 50),
            "is no ledger of carhound",
            "another",
        ),
        (foreign, "is no ledger of carhound", "another"),
        (newer, "has version 2, and this carhound knows version 1", "newer"),
        (Path.mkdir, "cannot be read or written", "nothing is lost"),
        (damaged, "is damaged", "copy"),
    ],
    ids=["text", "foreign", "newer", "folder", "damaged"],
)
def test_what_is_no_ledger_is_named_and_left_alone(path: Path, make: object, message: str, hint: str) -> None:
    make(path)  # type: ignore[operator]
    before = None if path.is_dir() else path.read_bytes()
    with pytest.raises(LedgerError) as raised, Ledger(path) as ledger:
        ledger.alerts()
    assert str(path) in raised.value.message
    assert message in raised.value.message
    assert hint in (raised.value.hint or "")
    assert before is None or path.read_bytes() == before


def test_a_ledger_that_must_be_there(path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger"):
        Ledger(path, create=False)
    assert not path.exists()


def test_a_full_disk_loses_nothing(path: Path) -> None:
    """The transaction is undone: neither half an alert nor a watermark that claims it was seen."""
    with Ledger(path) as ledger:
        ledger.record([sighting("a")], 1, SINKS, NOW)
        pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
        ledger._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(LedgerError, match="full"):
            ledger.record([sighting(f"{number}" * 500, number) for number in range(99)], 2, SINKS, NOW)
        assert ledger.watermark() == 1
        assert [alert.key for alert in ledger.alerts()] == ["a"]
        assert len(ledger.pending("lines")) == 1
