"""Test files: YAML to cases. The format is described in docs/reference/analytic-tests.md.

Nothing unknown is accepted silently: every mistake is an error with its line and column.
"""

from collections.abc import Iterable
from pathlib import PurePath
from typing import cast

from msgspec import Struct

from carhound.analytics.analytic import Analytic
from carhound.analytics.document import Document
from carhound.analytics.suite import (
    Case,
    Evidence,
    Expectation,
    Inline,
    Outcome,
    ReadingName,
    Recorded,
    Simulated,
    Suite,
)
from carhound.analytics.suite_files import SuiteFile
from carhound.analytics.yaml_tree import Node, compose
from carhound.errors import DocumentError
from carhound.model.event import Value
from carhound.model.folding import fold
from carhound.model.glob import Glob
from carhound.model.instants import parse_time
from carhound.model.suggestion import nearest

_FILE_KEYS = ("analytic", "claim", "defaults", "cases")
_OPTIONS = ("now", "tz", "reading", "backfill", "default")
_SOURCES = ("events", "data", "scenario")
_CASE_KEYS = ("name", "about", *_SOURCES, "seed", "claimed", "expect", *_OPTIONS)
_OUTCOMES = ("hit", "quiet", "not-judged")


def read_suite(file: SuiteFile, analytic: Analytic) -> Suite:
    """The cases in `file`, their expectations bound to the implementations of `analytic`.

    Raises DocumentError.
    """
    document = file.document
    root = compose(document)
    if root is None:
        raise document.error("holds no tests", hint="write a list of `cases`")
    entries = _mapping(root, _FILE_KEYS, "a mapping with the key `cases`")
    if "analytic" in entries:
        _check_analytic(entries["analytic"], analytic)
    defaults = _mapping(entries["defaults"], _OPTIONS, "a mapping") if "defaults" in entries else {}
    claim = _line(entries["claim"], "claim") if "claim" in entries else ""
    if "cases" not in entries:
        raise _wrong(root, "has no `cases`", "write a list of them")
    names = tuple(one.name for one in analytic.implementations)
    cases: list[Case] = []
    for node in _list(entries["cases"], "cases"):
        case = _Reader(document, names, defaults).case(node)
        if any(other.title == case.title for other in cases):
            raise _wrong(node, f"a second case is called {case.title!r}", "give every case a name of its own")
        cases.append(case)
    return Suite(document.path, file.folder, tuple(cases), claim)


class _Reader(Struct, frozen=True):
    document: Document
    implementations: tuple[str, ...]
    defaults: dict[str, Node]

    def case(self, node: Node) -> Case:
        written = _mapping(node, _CASE_KEYS, "a case: a mapping with `name` and `expect`")
        entries = self.defaults | written
        if "name" not in written:
            raise _wrong(node, "the case has no `name`", "say in a few words what it shows")
        line, column = self.document.whole().position(node.span.start)
        now = _text(entries["now"], "now") if "now" in entries else None
        case = Case(
            name=_line(entries["name"], "name"),
            about=_line(entries["about"], "about") if "about" in entries else "",
            evidence=self._evidence(node, entries),
            expected=self._expected(entries),
            claimed=_flag(entries, "claimed"),
            now=now,
            tz=_text(entries["tz"], "tz") if "tz" in entries else "UTC",
            reading=cast(ReadingName, _choice(entries, "reading", ("published", "corrected"))),
            backfill=_flag(entries, "backfill"),
            line=line,
            column=column,
        )
        if not case.expected and not case.claimed:
            raise _wrong(node, "the case expects nothing", "add `expect`, or `default: quiet`")
        return case

    def _evidence(self, case: Node, entries: dict[str, Node]) -> Evidence:
        given = [name for name in _SOURCES if name in entries]
        if len(given) != 1:
            problem = "has no events" if not given else f"has both `{given[0]}` and `{given[1]}`"
            raise _wrong(case, f"the case {problem}", f"give it one of: {', '.join(_SOURCES)}")
        if "seed" in entries and given != ["scenario"]:
            raise _wrong(entries["seed"], "`seed` is for scenarios", "take it out")
        node = entries[given[0]]
        match given[0]:
            case "events":
                return Inline(tuple(_event(one) for one in _list(node, "events")))
            case "data":
                return Recorded(_texts(node, "data"))
            case _:
                seed = _number(entries["seed"], "seed") if "seed" in entries else 0
                return Simulated(_texts(node, "scenario"), seed)

    def _expected(self, entries: dict[str, Node]) -> dict[str, Expectation]:
        """By implementation: what its own name says, else the first pattern that fits, else the default."""
        default = _expectation(entries["default"]) if "default" in entries else None
        exact: dict[str, Expectation] = {}
        patterns: list[tuple[Glob, Expectation]] = []
        if "expect" in entries:
            node = entries["expect"]
            _mapping(node, None, "a mapping of implementations to what they must say")
            for key, value in node.pairs():
                name = _text(key, "expect")
                if name in self.implementations:
                    exact[name] = _expectation(value)
                elif "*" in name and self._fitting(Glob(name)):
                    patterns.append((Glob(name), _expectation(value)))
                else:
                    raise self._unknown(key, name)
        found: dict[str, Expectation] = {}
        for name in self.implementations:
            fitting = [one for pattern, one in patterns if pattern.matcher()(fold(name))]
            said = exact.get(name) or next(iter(fitting), None) or default
            if said is not None:
                found[name] = said
        return found

    def _fitting(self, pattern: Glob) -> bool:
        matches = pattern.matcher()
        return any(matches(fold(name)) for name in self.implementations)

    def _unknown(self, node: Node, name: str) -> DocumentError:
        near = nearest(name, self.implementations)
        known = ", ".join(self.implementations)
        hint = f"did you mean {near!r}? There are: {known}" if near else f"there are: {known}"
        return _wrong(node, f"the analytic has no implementation called {name!r}", hint)


def _expectation(node: Node) -> Expectation:
    word = node.text()
    if word in _OUTCOMES:
        return Expectation(cast(Outcome, word))
    entries = node.entries()
    if entries is None or list(entries) != ["match"]:
        raise _wrong(
            node, "is not what an implementation can say", "write hit, quiet, not-judged or {match: …}"
        )
    match = entries["match"]
    if match.items() is None:
        count = _number(match, "match")
        return Expectation("hit", count=count) if count else Expectation("quiet")
    records = tuple(_text(one, "match") for one in match.items() or ())
    if len(set(records)) != len(records):
        raise _wrong(match, "names a record twice", "name each once")
    return Expectation("hit", records) if records else Expectation("quiet")


def _event(node: Node) -> dict[str, Value]:
    """Native fields: text as it is written, a list for a field with several values, null for none."""
    fields: dict[str, Value] = {}
    for name, value in _mapping(node, None, "an event: a mapping of native fields").items():
        if value.null:
            continue
        text = value.text()
        if text is None:
            fields[name] = tuple(_text(one, name, empty=True) for one in _list(value, name))
        else:
            fields[name] = text
        if name == "_time" and parse_time(str(fields[name])) is None:
            raise _wrong(value, f"{fields[name]!r} is no time", "write it like 2024-06-14T12:00:00Z")
    if not fields:
        raise _wrong(node, "the event has no fields", "give it at least EventCode")
    return fields


def _check_analytic(node: Node, analytic: Analytic) -> None:
    name = _text(node, "analytic")
    if fold(name) != fold(analytic.id) and PurePath(name).name != PurePath(analytic.source.path).name:
        raise _wrong(
            node,
            f"these tests are about {name!r}, not about {analytic.id} ({analytic.source.path})",
            "rename the file, or mend the line",
        )


def _mapping(node: Node, keys: Iterable[str] | None, wanted: str) -> dict[str, Node]:
    """The entries of a mapping: each key once, and with `keys` none but those."""
    entries = node.entries()
    if entries is None:
        raise _wrong(node, f"is not {wanted}", "see docs/reference/analytic-tests.md")
    known = None if keys is None else tuple(keys)
    seen: set[str] = set()
    for key, _ in node.pairs():
        name = key.text()
        if name is None or (known is not None and name not in known):
            near = nearest(name or "", known or ())
            hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(known or ())}"
            raise _wrong(key, f"`{name}` is no key here", hint)
        if name in seen:
            raise _wrong(key, f"`{name}` stands twice", "take one of them out")
        seen.add(name)
    return entries


def _list(node: Node, key: str) -> list[Node]:
    items = node.items()
    if not items:
        raise _wrong(node, f"`{key}` is not a list, or it is empty", "begin each item with a dash")
    return items


def _texts(node: Node, key: str) -> tuple[str, ...]:
    """One text, or a list of them."""
    items = node.items()
    return tuple(_text(one, key) for one in ([node] if items is None else _list(node, key)))


def _text(node: Node, key: str, *, empty: bool = False) -> str:
    text = node.text()
    if text is None or not (text.strip() or empty):
        raise _wrong(node, f"`{key}` is not text", "write a word, or a text in quotes")
    return text if empty else text.strip()


def _line(node: Node, key: str) -> str:
    return " ".join(_text(node, key).split())


def _number(node: Node, key: str) -> int:
    text = node.text() or ""
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise _wrong(node, f"`{key}` is no whole number", "write it in digits")
    return int(text)


def _flag(entries: dict[str, Node], key: str) -> bool:
    return _choice(entries, key, ("false", "true")) == "true"


def _choice(entries: dict[str, Node], key: str, choices: tuple[str, ...]) -> str:
    """What is written under `key`, the first choice where nothing is."""
    if key not in entries:
        return choices[0]
    text = entries[key].text()
    if text not in choices:
        raise _wrong(entries[key], f"`{key}` is neither {' nor '.join(choices)}", "write one of them")
    return text


def _wrong(node: Node, problem: str, hint: str) -> DocumentError:
    return node.document.error(problem, at=node.span.start, hint=hint)
