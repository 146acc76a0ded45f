"""YAML as a tree that knows where every value stands in its file.

Only the composer of PyYAML is used: nothing is constructed, so a tag can create no object and a date, a
number or `yes` stays the text it was written as.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct

from carhound.analytics.document import Document
from carhound.errors import DocumentError
from carhound.model.diagnostics import Source, Span

# The C parser is thirteen times as fast; it is missing where PyYAML was built without libyaml.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 50
_NULL = "tag:yaml.org,2002:null"
# Compiled only where it is needed: it takes 5 ms.
_UNPRINTABLE = "[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
"""An anchor or a tag, which stand before a value and belong to its node."""


class Node(Struct, frozen=True):
    """A value of a YAML document."""

    document: Document
    node: yaml.Node

    @property
    def span(self) -> Span:
        """Where the value stands in the document's text."""
        return Span(self.node.start_mark.index, self.node.end_mark.index)

    @property
    def null(self) -> bool:
        """Whether nothing is written where the value would stand."""
        return self.node.tag == _NULL

    def text(self) -> str | None:
        """The value as written; None for null, a list or a mapping."""
        if isinstance(self.node, yaml.ScalarNode) and not self.null:
            return str(self.node.value)
        return None

    def items(self) -> list["Node"] | None:
        """The values of a list; None for anything else."""
        if isinstance(self.node, yaml.SequenceNode):
            return [Node(self.document, value) for value in self.node.value]
        return None

    def pairs(self) -> Iterator[tuple["Node", "Node"]]:
        """The keys and values of a mapping as written, a repeated key as often as it stands there."""
        if isinstance(self.node, yaml.MappingNode):
            for key, value in self.node.value:
                yield Node(self.document, key), Node(self.document, value)

    def entries(self) -> dict[str, "Node"] | None:
        """The values of a mapping by key, the last of a repeated one; None for anything else."""
        if not isinstance(self.node, yaml.MappingNode):
            return None
        return {name: value for key, value in self.pairs() if (name := key.text()) is not None}

    def source(self) -> Source:
        """The text of a scalar with its place in the file.

        Exact for literal blocks (`|`) and for texts on one line without escapes. Of a text that YAML folds
        or unescapes, the place of the start is exact.
        """
        value = self.text() or ""
        text, start = self.document.text, self.span.start
        if (properties := _PROPERTIES.match(text, start)) is not None:
            start = properties.end()
        line = text.count("\n", 0, start) + 1
        style = getattr(self.node, "style", None)
        if style in ("|", ">"):
            first_line = text.find("\n", start) + 1
            return Source(value, self.document.path, line + 1, _block_indent(value, text[first_line:]))
        column = start - (text.rfind("\n", 0, start) + 1)
        return Source(value, self.document.path, line, column + (1 if style in ("'", '"') else 0))


def compose(document: Document) -> Node | None:
    """The one value of a YAML document; None where it is empty. Raises DocumentError."""
    try:
        _limit_depth(document)
        node = yaml.compose(document.text, Loader=_LOADER)
    except yaml.MarkedYAMLError as problem:
        raise _syntax_error(document, problem) from problem
    except yaml.YAMLError as problem:
        found = re.search(_UNPRINTABLE, document.text)
        raise document.error(
            "cannot be read as YAML: a character that YAML does not allow",
            at=found.start() if found else 0,
            hint="take the control character out",
        ) from problem
    return None if node is None else Node(document, node)


def _limit_depth(document: Document) -> None:
    # The composer in C calls itself for every level and would end the process, not raise.
    depth = 0
    for event in yaml.parse(document.text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise document.error(
                    f"more than {_DEEPEST} levels of YAML in each other",
                    at=event.start_mark.index if event.start_mark is not None else 0,
                    hint="CAR's schema has four",
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _block_indent(value: str, written: str) -> int:
    """How many characters stand before the lines of a block scalar; `written` starts at its first line."""
    for shown, line in zip(value.split("\n"), written.split("\n"), strict=False):
        if shown.strip():
            if line.endswith(shown):
                return len(line) - len(shown)
            return len(line) - len(line.lstrip(" "))  # folded: the line goes on in the next
    return 0


def _syntax_error(document: Document, problem: yaml.MarkedYAMLError) -> DocumentError:
    mark = problem.problem_mark or problem.context_mark
    at = mark.index if mark is not None else 0
    message = f"cannot be read as YAML: {problem.problem or problem.context or 'syntax error'}"
    if problem.context and problem.context_mark is not None and problem.problem_mark is not None:
        message += f", {problem.context} from line {problem.context_mark.line + 1}"
    if document.text[at : at + 1] == "\t":
        hint = "indent with blanks, YAML allows no tabs there"
    elif problem.context == "expected a single document in the stream":
        hint = "put each analytic in a file of its own"
    else:
        hint = (
            "put code in a block (`code: |`, the text indented below) and quote texts that hold `: ` or ` #`"
        )
    return document.error(message, at=at, hint=hint)
