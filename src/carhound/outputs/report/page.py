"""The run as one HTML file: nothing is loaded from anywhere, and nothing in it runs but our own script.

Every text goes through `outputs.escape.visible` and then through Jinja's HTML escaping, whether a template
asks for it or not. The page's own style and script pass its
Content-Security-Policy by their hashes.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

from carhound.findings.run import ImplementationResult, Run
from carhound.outputs.escape import pieces, visible
from carhound.outputs.patterns import judgement, language_name, patterns
from carhound.outputs.report.bars import SHOWN as BARS_SHOWN
from carhound.outputs.report.bars import stacks
from carhound.outputs.report.finding_view import TREES, difference_text, finding_views
from carhound.outputs.report.raw_events import raw_events
from carhound.outputs.report.scope import scope
from carhound.outputs.report.timeline_svg import timeline
from carhound.outputs.sentences import attack_text, d3fend_text, seen_text, window_text
from carhound.outputs.verdict import verdict
from carhound.outputs.wording import count, moment, number, said_of_unread, size

SHOWN = 5_000
"""Findings on the page."""

_LISTED = 1_000
"""Hosts, files, rows and names listed in one table of the page."""


def page(run: Run) -> Iterator[bytes]:
    """The whole file, UTF-8, in pieces."""
    files = Path(__file__).parent
    style = (files / "style.css").read_text(encoding="utf-8")
    script = (files / "script.js").read_text(encoding="utf-8")
    shown = run.findings[:SHOWN]
    numbers = {finding.id: at for at, finding in enumerate(shown, 1)}
    stream = (
        _environment()
        .get_template("page.html")
        .stream(
            run=run,
            style=Markup(style),  # noqa: S704  our own files
            script=Markup(script),  # noqa: S704
            policy=_policy(style, script),
            verdict=verdict(run),
            scope=scope(run),
            views=finding_views(run, shown, numbers),
            numbers=numbers,
            limit=SHOWN,
            trees=TREES,
            listed=_LISTED,
            timeline=timeline(run.findings, numbers),
            timeless=sum(finding.time is None for finding in run.findings),
            stacks=stacks(run.findings),
            bars_shown=BARS_SHOWN,
            raw=Markup(raw_events(shown)),  # noqa: S704  holds no <, > and &
            hosts=_numbered(finding.computer or "" for finding in shown),
            found_by=_numbered(name for finding in shown for name in finding.implementations),
        )
    )
    stream.enable_buffering(64)
    for text in stream:
        yield text.encode("utf-8")


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """Each name once, in order, with its place."""
    return {name: at for at, name in enumerate(sorted(set(names)))}


def _policy(style: str, script: str) -> str:
    """What a browser may do with the page: show it, with this style and this script."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_seen_as_itself,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=PackageLoader("carhound.outputs.report"),
    )
    environment.filters.update(
        shown=shown_text,
        lines=code_lines,
        number=number,
        size=size,
        moment=moment,
        seen=seen_text,
        window=window_text,
        language=language_name,
        attack=attack_text,
        d3fend=d3fend_text,
    )
    environment.globals.update(
        count=count,
        said_of_unread=said_of_unread,
        patterns_of=patterns,
        judgement=judgement,
        difference=difference_text,
    )
    return environment


def _seen_as_itself(value: object) -> object:
    """What every expression of a template goes through before it is escaped."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def shown_text(text: str) -> Markup:
    """The text, with codes for what cannot be seen set apart from text that looks like one."""
    mark = Markup('<span class="code" title="a character that cannot be seen">{}</span>')
    return Markup().join(mark.format(part) if coded else part for part, coded in pieces(text))


class CodeLine(Struct, frozen=True):
    """A line of a published text."""

    number: int
    """In its document."""
    text: str
    window: bool
    """Whether it states a window that was used."""


def code_lines(result: ImplementationResult) -> list[CodeLine]:
    """The published text of an implementation."""
    if result.code is None:
        return []
    stated = {window.line for window in result.windows}
    return [
        CodeLine(at, line.replace("\t", "    "), at in stated)
        for at, line in enumerate(result.code.text.rstrip("\n").split("\n"), result.code.line)
    ]
