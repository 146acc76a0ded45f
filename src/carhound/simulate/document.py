"""A scenario's YAML as values that know where they stand, so that every mistake is shown in its place.

Only PyYAML's composer is used: a tag can create no object, and a date or `yes` stays the text that was
written.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, NoReturn

import yaml
from msgspec import Struct

from carhound.errors import ScenarioError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = "tag:yaml.org,2002:null"
_DEEPEST = 20


class Value(Struct, frozen=True):
    """A value of a document."""

    name: str
    """The file, as messages call it."""
    node: yaml.Node

    def fail(self, problem: str, hint: str | None = None) -> NoReturn:
        """Raises ScenarioError at this value."""
        raise ScenarioError(f"{_place(self.name, self.node.start_mark)}: {problem}", hint=hint)

    def text(self) -> str:
        """The scalar as written. Raises ScenarioError for anything else, and for an empty one."""
        if (
            not isinstance(self.node, yaml.ScalarNode)
            or self.node.tag == _NULL
            or not self.node.value.strip()
        ):
            self.fail(
                f"expected a text, found {self._kind()}", "write a value, in quotes where it holds ': '"
            )
        return str(self.node.value)

    def items(self) -> list["Value"]:
        """The values of a list. Raises ScenarioError for anything else."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.fail(f"expected a list, found {self._kind()}", "begin each entry with '- '")
        return [Value(self.name, value) for value in self.node.value]

    @property
    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.node, yaml.MappingNode)

    def fields(self, known: Iterable[str], required: Iterable[str] = ()) -> dict[str, "Value"]:
        """The values of a mapping by key.

        Raises ScenarioError where it is no mapping, and for a key that is unknown, written twice or missing.
        """
        if not isinstance(self.node, yaml.MappingNode):
            self.fail(f"expected keys and values, found {self._kind()}")
        names = list(known)
        found: dict[str, Value] = {}
        for key_node, value_node in self.node.value:
            key = Value(self.name, key_node)
            name = key.text()
            if name not in names:
                near = get_close_matches(name, names, n=1)
                hint = f"did you mean {near[0]!r}" if near else f"known here: {', '.join(names)}"
                key.fail(f"{name!r} is not known here", hint)
            if name in found:
                key.fail(f"{name!r} is written twice", "keep one of them")
            found[name] = Value(self.name, value_node)
        for name in required:
            if name not in found:
                self.fail(f"{name!r} is missing", f"write '{name}: …'")
        return found

    def one_of(self, words: Iterable[str]) -> str:
        """The scalar, which must be one of `words`."""
        allowed = list(words)
        text = self.text()
        if text not in allowed:
            self.fail(f"{text!r} is not known here", f"write one of: {', '.join(allowed)}")
        return text

    def truth(self) -> bool:
        """`true` or `false`."""
        return self.one_of(("true", "false")) == "true"

    def number(self, least: int, most: int) -> int:
        """A whole number, decimal or hexadecimal, in a range."""
        text = self.text()
        try:
            value = int(text, 0)
        except ValueError:
            self.fail(f"{text!r} is no whole number", f"write a number from {least} to {most}")
        if not least <= value <= most:
            self.fail(f"{text} is out of range", f"write a number from {least} to {most}")
        return value

    def _kind(self) -> str:
        if isinstance(self.node, yaml.MappingNode):
            return "keys and values"
        if isinstance(self.node, yaml.SequenceNode):
            return "a list"
        return "nothing" if self.node.tag == _NULL else f"{self.node.value!r}"


def read_document(data: bytes, name: str) -> Value:
    """The one value of a YAML file in UTF-8. Raises ScenarioError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ScenarioError(
            f"{name}: is not text: byte {problem.start} is not UTF-8", hint="save the scenario as UTF-8"
        ) from problem
    try:
        _limit_depth(text, name)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise ScenarioError(
            f"{_place(name, mark)}: cannot be read as YAML: {problem.problem or problem.context}",
            hint="quote texts that hold ': ' or ' #'; Windows paths need no quotes, or single ones",
        ) from problem
    except yaml.YAMLError as problem:
        raise ScenarioError(
            f"{name}: cannot be read as YAML: a character that YAML does not allow",
            hint="take the control character out",
        ) from problem
    if node is None:
        raise ScenarioError(f"{name}: is empty", hint="docs/reference/scenarios.md shows a scenario")
    return Value(name, node)


def _place(name: str, mark: Any) -> str:
    """The file, and line and column (from 1) where a mark says them."""
    return name if mark is None else f"{name}:{mark.line + 1}:{mark.column + 1}"


def _limit_depth(text: str, name: str) -> None:
    # The composer in C calls itself for every level and would end the process, not raise.
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise ScenarioError(
                f"{_place(name, event.start_mark)}: a scenario has no aliases",
                hint="write the value again, or quote a text that begins with '*'",
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise ScenarioError(f"{name}: more than {_DEEPEST} levels in each other")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
