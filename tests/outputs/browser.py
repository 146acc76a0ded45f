"""Headless Chromium, driven through chromedriver by the WebDriver protocol (https://www.w3.org/TR/webdriver2/)."""

import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
]


class Browser:
    """One window."""

    def __init__(self, session: str) -> None:
        self._session = session

    def call(self, way: str, path: str, body: object = None) -> Any:
        """A command of the protocol, and its value."""
        return _call(way, f"{self._session}{path}", body)

    def open(self, page: Path, fragment: str = "") -> None:
        """Opens a file from disk."""
        self.call("POST", "/url", {"url": page.as_uri() + fragment})

    def run(self, script: str, *values: object) -> Any:
        """What a function body in the page returns; the page's own policy does not hold for it."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(values)})

    def press(self, *keys: str) -> None:
        """Strikes keys, one after the other."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": strokes}]})

    def log(self, kind: str) -> list[dict[str, Any]]:
        """What was logged since the last question: "browser" (the console) or "performance" (the network)."""
        found: list[dict[str, Any]] = self.call("POST", "/se/log", {"type": kind})
        return found

    def requests(self) -> list[str]:
        """The address of every request since the last question, but for those of Chromium's own pages."""
        events = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        sent = [one for one in events if one["method"] == "Network.requestWillBeSent"]
        asked = [(one["params"]["request"]["url"], one["params"]["documentURL"]) for one in sent]
        return [url for url, page in asked if not page.startswith("chrome://")]


@contextmanager
def browser(profile: Path, *arguments: str) -> Iterator[Browser]:
    """A fresh Chromium without any network."""
    driver = subprocess.Popen(
        [str(DRIVER), "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    )
    assert driver.stdout is not None
    try:
        port = next(
            found[1] for line in driver.stdout if (found := re.search(r"successfully on port (\d+)", line))
        )
        options = {"binary": CHROMIUM, "args": [*_ARGUMENTS, f"--user-data-dir={profile}", *arguments]}
        wanted = {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        server = f"http://127.0.0.1:{port}/session"
        made = _call("POST", server, {"capabilities": {"alwaysMatch": wanted}})
        session = f"{server}/{made['sessionId']}"
        try:
            yield Browser(session)
        finally:
            _call("DELETE", session)
    finally:
        driver.terminate()
        driver.communicate()


def _call(way: str, url: str, body: object = None) -> Any:
    data = None if way != "POST" else json.dumps(body or {}).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=way)  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        return json.load(answer)["value"]
