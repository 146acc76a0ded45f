"""`accept`: from a reported finding to an entry of the suppressions file."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import Struct

from carhound.errors import UsageError
from carhound.findings.acceptance import Proposal, Reported
from carhound.findings.suppressions import Suppression, Suppressions
from carhound.model.windows import resolve_time
from carhound.outputs.write import write_file
from carhound.pipeline.alerting.reported import Past, from_file, from_ledger
from carhound.pipeline.alerting.suppressing import read_suppressions
from carhound.pipeline.alerting.suppression_text import appended, entry_text

DAYS = 30
"""How far back an entry is tried."""

_FIELDS = (
    ("command_line", "CommandLine"),
    ("module_path", "ImageLoaded"),
    ("image_path", "Image"),
    ("parent_image_path", "ParentImage"),
)
"""What an entry is about, in CAR's name, which holds for every sensor, and else in Sysmon's."""
_UNSURE = re.compile("[\ud800-\udfff\ufffd]")
"""What a result file writes in the place of what JSON cannot hold."""
_NEVER = datetime.min.replace(tzinfo=UTC)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class AcceptRequest(Struct, frozen=True):
    """What the command line asked for; one of `lake` and `findings` is given."""

    id: str
    reason: str
    owner: str
    expires: str
    """A day, or a span from today: 90d, 2w, 3mon."""
    suppress: str
    lake: str | None = None
    findings: str | None = None


def propose(request: AcceptRequest, now: datetime | None = None) -> Proposal:
    """The entry, and what it would have hidden; nothing is written. `now` is the clock by default.

    Raises UsageError, DocumentError, LedgerError.
    """
    now = now or datetime.now(UTC)
    expires = _expires(request.expires, now)
    known = _known(request.suppress)
    past = _past(request, now)
    reported = past.find(request.id)
    _refuse_known(reported, known, now)
    match, remarks = _match(reported)
    reason, owner = (" ".join(text.split()) for text in (request.reason, request.owner))
    if not (reason and owner):
        raise UsageError("a reason and an owner are words", hint="say why, and who answers for it")
    entry = Suppression(match, reason, owner, expires, 0)
    appended(_content(request.suppress), request.suppress, entry)
    matches = entry.matcher()
    hidden = [one for one in past.lately if matches(one)]
    hidden.sort(key=lambda one: one.last or _NEVER, reverse=True)
    return Proposal(
        request.suppress,
        entry,
        entry_text(entry),
        past.source,
        DAYS,
        tuple(hidden),
        len(past.lately),
        tuple(remarks),
    )


def accept(proposal: Proposal) -> None:
    """Writes the entry behind those that the file has by now, whole or not at all. Raises CarhoundError."""
    content = appended(_content(proposal.path), proposal.path, proposal.entry)
    write_file(Path(proposal.path), [content])


def _past(request: AcceptRequest, now: datetime) -> Past:
    if (request.lake is None) is (request.findings is None):
        raise UsageError(
            "say where the finding was reported",
            hint="give --lake DIR, or --findings FILE with the JSON or JSON lines of a hunt",
        )
    if request.lake is not None:
        return from_ledger(Path(request.lake), now, DAYS)
    return from_file(Path(str(request.findings)), DAYS)


def _known(path: str) -> Suppressions:
    return read_suppressions(path) if Path(path).exists() else Suppressions(path)


def _content(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror or error}", hint="check the path"
        ) from error


def _refuse_known(reported: Reported, known: Suppressions, now: datetime) -> None:
    entry = known.judge()(reported)
    if entry is None:
        return
    place = f"{known.path}:{entry.line}"
    if entry.expires < now.date():
        raise UsageError(
            f"{place}: an entry about it expired on {entry.expires}: {entry.because}",
            hint="give that entry a later expires, or take it out first",
        )
    raise UsageError(f"{place}: an entry about it is there already: {entry.because}", hint="nothing is to do")


def _match(reported: Reported) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """The analytic and the fields that tell what happened, with what must be said of them."""
    fields = {}
    for car, native in _FIELDS:
        name = car if car in reported.car else native
        value = reported.car.get(car, reported.native.get(native))
        if isinstance(value, str) and value:
            fields[name] = value
    remarks = [
        f"{name} holds *, which is a wildcard in an entry: it hides more than this text"
        for name, value in fields.items()
        if "*" in value
    ]
    remarks += [
        f"{name} holds a character that JSON cannot: * stands for it"
        for name, value in fields.items()
        if _UNSURE.search(value)
    ]
    match = {name: _UNSURE.sub("*", value) for name, value in fields.items()}
    if not match:
        match = {"id": reported.id}
        remarks.append(
            "the event has no command line, image or module: the entry is about this finding alone"
        )
    return (("analytic", reported.analytic), *match.items()), remarks


def _expires(text: str, now: datetime) -> date:
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
        else:
            day = resolve_time("+" + text.removeprefix("+"), now, UTC).date()
    except (ValueError, UsageError):
        raise UsageError(
            f"cannot read when the entry expires: {text}", hint="write it like 90d, 2w, 3mon or 2027-01-31"
        ) from None
    if day < now.date():
        raise UsageError(f"the entry would have expired on {day} already", hint="give a day to come")
    return day
