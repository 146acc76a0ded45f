"""Alerts to a webhook: each in a POST of its own, in order, tried again while the receiver is down."""

import http.client
import os
import random
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from carhound import VERSION
from carhound.alerts.delivery import Taken
from carhound.alerts.ledger import Message
from carhound.errors import DeliveryError, UsageError

ATTEMPTS = 5
"""For one message in one run."""
LONGEST_WAIT = 60.0
"""Seconds. A receiver that asks for more is left alone until the next run."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LATER = frozenset({408, 425, 429})
_MESSAGE_REFUSED = frozenset({400, 413, 422})
"""What a receiver says of one message; other refusals are about its address or our token."""


@dataclass(frozen=True, slots=True)  # a Struct would show the token in its repr
class Webhook:
    """A receiver of POST requests; checks its address. Raises UsageError."""

    url: str
    token: str | None = field(default=None, repr=False)
    """Sent as `Authorization: Bearer TOKEN`."""
    timeout: float = 10.0
    """Seconds to connect, and to wait for the answer."""
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    """Between 0 and 1: spreads the attempts of many senders."""
    name: str = "webhook"

    def __post_init__(self) -> None:
        parts = _address(self.url)
        local = parts.hostname in _LOOPBACK
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise UsageError(
                f"a webhook at {self.shown} would send evidence readable to the network",
                hint="use https://; http:// is for localhost only",
            )
        if self.token is not None and not (self.token.isascii() and self.token.isprintable()):
            raise UsageError(
                "the token of the webhook holds characters that no header can carry",
                hint="look at CARHOUND_WEBHOOK_TOKEN: it may hold a line break or a letter beyond ASCII",
            )

    @property
    def shown(self) -> str:
        """The address without its path, which may be a secret."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def deliver(self, messages: Sequence[Message]) -> Iterator[Taken]:
        """Posts one message after the other."""
        opener = self._opener()
        for message in messages:
            status = self._post(opener, message)
            if 200 <= status < 300:
                yield Taken((message.alert,))
            elif status in _MESSAGE_REFUSED:
                yield Taken((message.alert,), f"{self.shown} answered {_spoken(status)}")
            else:
                raise self._error(f"answered {_spoken(status)}", _advice(status))

    def _post(self, opener: urllib.request.OpenerDirector, message: Message) -> int:
        """The status of the answer, tried again where that may help. Raises DeliveryError."""
        for attempt in range(1, ATTEMPTS + 1):
            pause: float | None = None
            try:
                with opener.open(self._request(message), timeout=self.timeout) as answer:
                    return int(answer.status)
            except urllib.error.HTTPError as error:
                with error:
                    if error.code < 500 and error.code not in _LATER:
                        return error.code
                    said = f"answered {_spoken(error.code)}"
                    pause = _retry_after(error.headers.get("Retry-After"))
            except (OSError, http.client.HTTPException) as error:
                reason = error.reason if isinstance(error, urllib.error.URLError) else error
                if isinstance(reason, ssl.SSLCertVerificationError):
                    raise self._error(
                        f"has a certificate that is not trusted: {reason.verify_message}",
                        "SSL_CERT_FILE in the environment names the certificates to trust",
                    ) from error
                said = f"cannot be reached: {_reason(reason)}"
            if pause is not None and pause > LONGEST_WAIT:
                raise self._error(f"{said} and asks for {pause:.0f} seconds of rest", _WAITS)
            if attempt < ATTEMPTS:
                self.sleep(2.0 ** (attempt - 1) * (0.5 + self.chance() / 2) if pause is None else pause)
        raise self._error(f"{said} ({ATTEMPTS} attempts)", _WAITS)

    def _request(self, message: Message) -> urllib.request.Request:
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.alert,
            "User-Agent": f"carhound/{VERSION}",
        }
        request = urllib.request.Request(self.url, message.body, headers, method="POST")  # noqa: S310  # checked above
        if self.token is not None:
            request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        return request

    def _opener(self) -> urllib.request.OpenerDirector:
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        if urlsplit(self.url).hostname in _LOOPBACK:
            handlers.append(urllib.request.ProxyHandler({}))
        return urllib.request.build_opener(*handlers)

    def _error(self, said: str, hint: str) -> DeliveryError:
        return DeliveryError(f"the webhook at {self.shown} {said}", hint=hint)


def environment_token() -> str | None:
    """The token in CARHOUND_WEBHOOK_TOKEN, without the line break that files of secrets end in."""
    return os.environ.get("CARHOUND_WEBHOOK_TOKEN", "").strip() or None


_WAITS = "the alerts wait in the ledger, and the next run sends them first"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Alerts go where they were meant to go, and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        """Leaves the answer as it is."""


def _address(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        good = bool(parts.hostname) and parts.port != 0 and url.isascii() and url.isprintable()
    except ValueError:
        good = False
    if not good or " " in url:
        raise UsageError(
            "the address of the webhook cannot be read", hint="write it like https://alerts.example/hook"
        )
    if "@" in parts.netloc:
        raise UsageError(
            "the address of the webhook holds a password",
            hint="put a token into CARHOUND_WEBHOOK_TOKEN instead",
        )
    return parts


def _retry_after(text: str | None) -> float | None:
    """Seconds to wait, as a number or a date says it; None where nothing readable does."""
    if text is None:
        return None
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _spoken(status: int) -> str:
    name = http.client.responses.get(status)
    return f"{status} ({name})" if name else str(status)


def _reason(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    if isinstance(reason, OSError):
        return reason.strerror or str(reason) or type(reason).__name__
    return "what it answers is not HTTP"


def _advice(status: int) -> str:
    if 300 <= status < 400:
        return "give the address it redirects to; the alerts wait in the ledger"
    if status in (401, 403, 407):
        return "check CARHOUND_WEBHOOK_TOKEN; the alerts wait in the ledger"
    return "check the address; the alerts wait in the ledger"
