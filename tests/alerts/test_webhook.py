"""The webhook, against a real HTTP server: down, slow, busy, refusing, redirecting."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from carhound.alerts.delivery import deliver
from carhound.alerts.ledger import Ledger
from carhound.alerts.webhook import ATTEMPTS, Webhook, environment_token
from carhound.errors import UsageError

from .receiver import Answer, Receiver, receiver
from .sightings import NOW, ids, sighting

BEARER = "s3cret"


class Naps(list[float]):
    """What was slept, without sleeping."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite") as opened:
        opened.record([sighting("a", 1), sighting("b", 2), sighting("c", 3)], 1, ["webhook"], NOW)
        yield opened


def hook(at: Receiver, naps: Naps, **changes: object) -> Webhook:
    return Webhook(at.url, sleep=naps, chance=lambda: 1.0, **changes)  # type: ignore[arg-type]


def test_each_alert_is_a_post_in_order(ledger: Ledger, naps: Naps) -> None:
    waiting = ledger.pending("webhook")
    with receiver() as at:
        answer = deliver(ledger, hook(at, naps, token=BEARER))
    assert (answer.sent, answer.waiting, answer.problem) == (3, 0, None)
    assert [one.body for one in at.got] == [message.body for message in waiting]
    assert at.keys == list(ids("a", "b", "c"))
    assert {json.loads(one.body)["schema"] for one in at.got} == {"carhound.alert/1"}
    first = at.got[0]
    assert first.path == "/hook?key=secret"
    assert first.headers["Content-Type"] == "application/json"
    assert first.headers["Authorization"] == f"Bearer {BEARER}"
    assert {alert.status for alert in ledger.alerts()} == {"sent"}
    assert naps == []


def test_without_a_token_there_is_no_such_header(ledger: Ledger, naps: Naps) -> None:
    with receiver() as at:
        deliver(ledger, hook(at, naps))
    assert all("Authorization" not in one.headers for one in at.got)


def test_a_receiver_that_stumbles_is_asked_again(ledger: Ledger, naps: Naps) -> None:
    """A hang-up and a 500, then 200: the same bytes under the same key, later and later."""
    with receiver() as at:
        at.answers = [Answer(500), Answer(None), Answer(503)]
        answer = deliver(ledger, hook(at, naps))
    assert (answer.sent, answer.problem) == (3, None)
    assert at.keys == [ids("a")[0]] * 3 + list(ids("a", "b", "c"))
    assert len({one.body for one in at.got[:4]}) == 1
    assert naps == [1.0, 2.0, 4.0]


def test_chance_only_ever_shortens_a_pause_to_its_half(ledger: Ledger, naps: Naps) -> None:
    with receiver() as at:
        at.answers = [Answer(500), Answer(500)]
        deliver(ledger, Webhook(at.url, sleep=naps, chance=lambda: 0.0))
    assert naps == [0.5, 1.0]


def test_a_busy_receiver_says_when(ledger: Ledger, naps: Naps) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30))
    past = format_datetime(datetime.now(UTC) - timedelta(days=1))
    with receiver() as at:
        at.answers = [
            Answer(429, {"Retry-After": "7"}),
            Answer(503, {"Retry-After": soon}),
            Answer(429, {"Retry-After": past}),
            Answer(429, {"Retry-After": "soon"}),
        ]
        answer = deliver(ledger, hook(at, naps))
    assert answer.sent == 3
    seven, thirty, none, own = naps
    assert (seven, none, own) == (7.0, 0.0, 8.0)
    assert 25 < thirty <= 30


def test_a_receiver_that_asks_for_long_is_left_alone(ledger: Ledger, naps: Naps) -> None:
    with receiver() as at:
        at.answers = [Answer(), Answer(429, {"Retry-After": "3600"})]
        answer = deliver(ledger, hook(at, naps))
    assert (answer.sent, answer.waiting, naps, len(at.got)) == (1, 2, [], 2)
    assert answer.problem is not None
    assert "asks for 3600 seconds of rest" in answer.problem.message


def test_a_receiver_that_is_down_gets_all_when_it_is_up(ledger: Ledger, naps: Naps) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    down = Receiver(f"http://127.0.0.1:{port}/hook")
    answer = deliver(ledger, hook(down, naps))
    assert (answer.sent, answer.waiting) == (0, 3)
    assert answer.problem is not None
    assert "cannot be reached: Connection refused (5 attempts)" in answer.problem.message
    assert naps == [1.0, 2.0, 4.0, 8.0]
    ledger.record([sighting("d", 0)], 2, ["webhook"], NOW)
    with receiver(port) as up:
        assert deliver(ledger, hook(up, naps)).sent == 4
    assert up.keys == list(ids("a", "b", "c", "d"))


def test_a_receiver_that_stays_broken_ends_the_run(ledger: Ledger, naps: Naps) -> None:
    with receiver() as at:
        at.answers = [Answer(502)] * ATTEMPTS
        answer = deliver(ledger, hook(at, naps))
    assert (answer.sent, answer.waiting, len(at.got)) == (0, 3, ATTEMPTS)
    assert answer.problem is not None
    assert "answered 502 (Bad Gateway) (5 attempts)" in answer.problem.message
    assert "secret" not in answer.problem.message


def test_a_slow_receiver_is_not_waited_for(ledger: Ledger, naps: Naps) -> None:
    with receiver() as at:
        at.answers = [Answer(delay=0.6)]
        answer = deliver(ledger, hook(at, naps, timeout=0.2))
    assert (answer.sent, naps) == (3, [1.0])
    assert at.keys == [ids("a")[0], *ids("a", "b", "c")]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_message_that_is_refused_holds_up_no_other(ledger: Ledger, naps: Naps, status: int) -> None:
    """It stays with the reason, and the next run offers it again."""
    with receiver() as at:
        at.answers = [Answer(), Answer(status)]
        answer = deliver(ledger, hook(at, naps))
        assert (answer.sent, answer.waiting, answer.problem) == (2, 1, None)
        ((alert, reason),) = answer.refused
        assert alert == ids("b")[0]
        assert f"answered {status}" in reason
        (left,) = ledger.pending("webhook")
        assert (left.alert, left.refused) == (alert, reason)
        assert deliver(ledger, hook(at, naps)).sent == 1
    assert (len(at.got), naps) == (4, [])


@pytest.mark.parametrize(
    ("status", "hint"),
    [(401, "CARHOUND_WEBHOOK_TOKEN"), (404, "address"), (301, "redirects"), (307, "redirects")],
)
def test_a_wrong_address_or_token_stops_at_once(ledger: Ledger, naps: Naps, status: int, hint: str) -> None:
    with receiver() as elsewhere, receiver() as at:
        at.answers = [Answer(status, {"Location": elsewhere.url})]
        answer = deliver(ledger, hook(at, naps, token=BEARER))
    assert (answer.sent, answer.waiting, naps, len(at.got), elsewhere.got) == (0, 3, [], 1, [])
    assert answer.problem is not None
    assert f"answered {status}" in answer.problem.message
    assert hint in (answer.problem.hint or "")


def test_nonsense_is_no_answer(ledger: Ledger, naps: Naps) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble() -> None:
            for _ in range(ATTEMPTS):
                connection, _address = server.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(b"\x1b[2Jhello\r\n\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        at = Receiver(f"http://127.0.0.1:{server.getsockname()[1]}/")
        answer = deliver(ledger, hook(at, naps))
        thread.join()
    assert answer.waiting == 3
    assert answer.problem is not None
    assert "cannot be reached: what it answers is not HTTP" in answer.problem.message


def test_a_loopback_address_goes_through_no_proxy(
    ledger: Ledger, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as proxy, receiver() as at:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert deliver(ledger, hook(at, naps)).sent == 3
    assert proxy.got == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key in the same file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the program openssl to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{path}.key", "-out", str(path)]
    subprocess.run([openssl, *words.split(), *names], check=True, capture_output=True)
    with path.open("ab") as file:
        file.write(Path(f"{path}.key").read_bytes())
    return path


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_https_with_a_certificate_that_is_trusted(
    ledger: Ledger, naps: Naps, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with receiver(context=serving(certificate)) as at:
        assert deliver(ledger, hook(at, naps)).sent == 3
    assert at.url.startswith("https://")


def test_https_with_one_that_is_not(
    ledger: Ledger, naps: Naps, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with receiver(context=serving(certificate)) as at:
        answer = deliver(ledger, hook(at, naps))
    assert (answer.waiting, naps, at.got) == (3, [], [])
    assert answer.problem is not None
    assert "has a certificate that is not trusted" in answer.problem.message
    assert "SSL_CERT_FILE" in (answer.problem.hint or "")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://alerts.example/secret", "would send evidence readable"),
        ("http://localhost.alerts.example/secret", "would send evidence readable"),
        ("ftp://alerts.example/secret", "would send evidence readable"),
        ("file:///etc/secret", "cannot be read"),
        ("alerts.example/secret", "cannot be read"),
        ("https://", "cannot be read"),
        ("https://alerts.example:x/secret", "cannot be read"),
        ("https://[::1/secret", "cannot be read"),
        ("https://alerts.example/a secret", "cannot be read"),
        ("https://alerts.example/\r\nsecret", "cannot be read"),
        ("https://me:secret@alerts.example/", "holds a password"),
    ],
)
def test_an_address_that_will_not_do(url: str, problem: str) -> None:
    with pytest.raises(UsageError) as raised:
        Webhook(url)
    assert problem in raised.value.message
    assert "secret" not in raised.value.message


@pytest.mark.parametrize(
    "url", ["https://a.example", "HTTPS://a.example:8443/x", "http://[::1]:80/", "http://LOCALHOST/"]
)
def test_an_address_that_will(url: str) -> None:
    assert Webhook(url).url == url


@pytest.mark.parametrize("token", ["a\nb", "schlüssel", "\x00"])
def test_a_token_no_header_can_carry_is_not_shown(token: str) -> None:
    with pytest.raises(UsageError) as raised:
        Webhook("https://a.example", token)
    assert token not in raised.value.message
    assert BEARER not in repr(Webhook("https://a.example", BEARER))


@pytest.mark.parametrize(("value", "token"), [("a b\n", "a b"), ("", None), (" \n", None), (None, None)])
def test_the_token_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, value: str | None, token: str | None
) -> None:
    monkeypatch.delenv("CARHOUND_WEBHOOK_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("CARHOUND_WEBHOOK_TOKEN", value)
    assert environment_token() == token
