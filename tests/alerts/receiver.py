"""A receiver of webhooks: a real HTTP server that answers as it is told."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """What the receiver says next; without a status it hangs up."""

    status: int | None = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


@dataclass
class Received:
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Keeps what it gets; answers in the order of `answers`, then with 200."""

    url: str
    answers: list[Answer] = field(default_factory=list)
    got: list[Received] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        return [one.headers["Idempotency-Key"] for one in self.got]


@contextmanager
def receiver(port: int = 0, context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver on a port of this machine, a free one by default."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.got.append(Received(self.path, dict(self.headers.items()), body))
            answer = told.answers.pop(0) if told.answers else Answer()
            time.sleep(answer.delay)
            if answer.status is None:
                self.connection.close()
                return
            self.send_response(answer.status)
            for name, value in {"Content-Length": "0", **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", port), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "http" if context is None else "https"
    told = Receiver(f"{scheme}://127.0.0.1:{server.server_port}/hook?key=secret")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
