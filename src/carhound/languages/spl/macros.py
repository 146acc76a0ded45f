"""Calls of macros, put in place before a search is parsed; and where what was put there stands.

Splunk's Knowledge Manager Manual, "Use search macros in searches", and the Admin Manual, "macros.conf": a
call stands in backquotes, outside of quoted texts; arguments by place or as `name=value`; an argument in
quotes loses them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, TypeVar

from msgspec import Struct, field
from msgspec.structs import asdict, replace

from carhound.languages.spl.cursor import COMMENT
from carhound.languages.spl.definitions import BUILT_IN, Macro, MacroKey, built_in
from carhound.model.diagnostics import Diagnostic, LanguageError, Source, Span
from carhound.model.suggestion import nearest

_CALL = r"(?as)\s*([\w-]+)\s*(?:\((.*)\))?\s*"
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_DEPTH = 50
_LONGEST = 1_000_000
"""Characters that a search may have once its macros are put in place."""

Part = TypeVar("Part")


class _Piece(Struct, frozen=True):
    """A part of the expanded text: as it was written, or what stands for a call."""

    at: int
    written: Span
    macro: str | None = None


class Expanded(Struct):
    """A search without macros, which knows what of it stood where."""

    written: Source
    text: str = ""
    pieces: list[_Piece] = field(default_factory=list)
    remarks: list[Diagnostic] = field(default_factory=list)
    """About the macros themselves."""

    @property
    def source(self) -> Source:
        """The expanded text, to be parsed."""
        return replace(self.written, text=self.text)

    def tell(self, diagnostic: Diagnostic) -> Diagnostic:
        """A remark about the expanded text as one about the text that was written."""
        if diagnostic.span is None:
            return diagnostic
        if not self.pieces:
            return replace(diagnostic, source=diagnostic.source and self.written)
        macro = self._piece(diagnostic.span.start).macro
        return replace(
            diagnostic,
            message=diagnostic.message + (f", in the macro `{macro}`" if macro else ""),
            span=self._place(diagnostic.span),
            source=diagnostic.source and self.written,
        )

    def placed(self, part: Part) -> Part:
        """A plan, or a part of one, whose spans are those of the text that was written."""
        return self._placed(part) if self.pieces else part

    def _placed(self, value: Any) -> Any:
        if isinstance(value, Span):
            return self._place(value)
        if isinstance(value, tuple):
            items = [self._placed(item) for item in value]
            return value if all(map(_same, items, value)) else tuple(items)
        if isinstance(value, Struct):
            changed = {}
            for name, before in asdict(value).items():
                if (after := self._placed(before)) is not before:
                    changed[name] = after
            return replace(value, **changed) if changed else value
        return value

    def _place(self, span: Span) -> Span:
        return Span(self._offset(span.start), self._offset(max(span.end - 1, span.start), end=span.end))

    def _offset(self, at: int, *, end: int | None = None) -> int:
        piece = self._piece(at)
        if piece.macro is not None:
            return piece.written.start if end is None else piece.written.end
        return piece.written.start + (at if end is None else end) - piece.at

    def _piece(self, at: int) -> _Piece:
        inside = max(0, min(at, len(self.text) - 1))  # what ends too soon, ends in the last piece
        return self.pieces[bisect_right(self.pieces, inside, key=lambda piece: piece.at) - 1]

    def add(self, text: str, written: Span, macro: str | None = None) -> None:
        """Puts a piece at the end."""
        self.pieces.append(_Piece(len(self.text), written, macro))
        self.text += text


def expand(source: Source, macros: Mapping[MacroKey, Macro]) -> Expanded:
    """The search with every call replaced. Raises LanguageError."""
    expanded = Expanded(source)
    if "`" not in source.text:
        expanded.text = source.text
        return expanded
    at = 0
    noted: set[str] = set()
    for call in _calls(source.text):
        expanded.add(source.text[at : call.start], Span(at, call.start))
        caller = _Caller(source, call, macros)
        text = caller.text(source.text[call.start + 1 : call.end - 1], ())
        expanded.add(text, call, caller.name)
        if caller.is_built_in and caller.name not in noted:
            noted.add(caller.name)
            message = f"the macro `{caller.name}` is not defined here: it is read as {text!r}"
            expanded.remarks.append(Diagnostic("SPL-M3", message, "note", call, source))
        at = call.end
    expanded.add(source.text[at:], Span(at, len(source.text)))
    return expanded


def _calls(text: str) -> Iterator[Span]:
    """Every call of a macro: what stands in backquotes outside of quoted texts and comments."""
    at = 0
    while at < len(text):
        if text.startswith(COMMENT, at):
            end = text.find(COMMENT, at + len(COMMENT))
            at = len(text) if end < 0 else end + len(COMMENT)
        elif (quoted := _QUOTED.match(text, at)) is not None:
            at = quoted.end()
        elif text[at] == "`":
            end = text.find("`", at + 1)
            end = len(text) if end < 0 else end + 1
            yield Span(at, end)
            at = end
        else:
            at += 2 if text[at] == "\\" else 1


class _Caller(Struct):
    """One call in the text that was written, with all that it calls in turn."""

    source: Source
    span: Span
    macros: Mapping[MacroKey, Macro]
    name: str = ""
    is_built_in: bool = False
    length: int = 0

    def text(self, call: str, callers: tuple[MacroKey, ...]) -> str:
        """What stands for a call, the backquotes left out."""
        match = re.fullmatch(_CALL, call)
        if match is None:
            self.fail("SPL-M1", "this is no call of a macro", "write `name` or `name(first, second)`")
        name = match[1]
        self.name = self.name or name
        arguments = _arguments(match[2]) if match[2] and match[2].strip() else []
        macro = self.find(name, len(arguments), top=not callers)
        key = (name, len(arguments))
        if key in callers or len(callers) > _DEPTH:
            chain = " calls ".join(f"`{one}`" for one, _ in (*callers, key))
            self.fail("SPL-M2", f"a macro that calls itself: {chain}", "take the call out of its definition")
        if macro.evaluated:
            message = f"the macro `{name}` makes its text with an eval expression: not supported"
            self.fail("SPL-M1", message, "define it without iseval, as the text it makes")
        return self.nested(_substituted(macro, arguments), (*callers, key))

    def nested(self, definition: str, callers: tuple[MacroKey, ...]) -> str:
        """A definition with the calls in it replaced."""
        made, at = [], 0
        for call in _calls(definition):
            made += [
                definition[at : call.start],
                self.text(definition[call.start + 1 : call.end - 1], callers),
            ]
            at = call.end
        made.append(definition[at:])
        self.length += len(definition)
        if self.length > _LONGEST:
            self.fail("SPL-M2", "the macros make a text without end", "shorten their definitions")
        return "".join(made)

    def find(self, name: str, arguments: int, *, top: bool) -> Macro:
        """The macro that is called."""
        macro = self.macros.get((name, arguments))
        if macro is None and (macro := built_in(name, arguments)) is not None:
            self.is_built_in = self.is_built_in or top
        if macro is not None:
            return macro
        known = sorted({*BUILT_IN, *self.macros})
        if takes := " or ".join(str(count) for one, count in known if one == name):
            message = f"the macro `{name}` takes {takes} arguments, not {arguments}"
            self.fail("SPL-M1", message, "commas part arguments; one with a comma in it stands in quotes")
        hint = "define it in a file in the form of macros.conf, and give that with --macros FILE"
        if near := nearest(name, [one for one, _ in known]):
            hint = f"did you mean `{near}`? Else {hint}"
        return self.fail("SPL-M1", f"unknown macro `{name}`", hint)

    def fail(self, code: str, message: str, hint: str) -> NoReturn:
        if self.name and f"`{self.name}`" not in message:
            message += f", in the macro `{self.name}`"
        raise LanguageError(Diagnostic(code, message, "error", self.span, self.source, hint))


def _arguments(text: str) -> list[str]:
    """The arguments of a call: commas in quotes or parentheses do not part them."""
    found, depth, at, start = [], 0, 0, 0
    while at < len(text):
        if (quoted := _QUOTED.match(text, at)) is not None:
            at = quoted.end()
            continue
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if text[at] == "," and depth == 0:
            found.append(text[start:at])
            start = at + 1
        at += 1
    found.append(text[start:])
    return [_unquoted(one.strip()) for one in found]


def _unquoted(argument: str) -> str:
    if len(argument) > 1 and _QUOTED.fullmatch(argument):
        return argument[1:-1].replace('\\"', '"')
    return argument


def _substituted(macro: Macro, arguments: list[str]) -> str:
    values = dict(zip(macro.parameters, arguments, strict=True))
    named = dict(_named(one) for one in arguments)
    if named.keys() == values.keys():
        values = named
    pattern = "|".join(re.escape(f"${name}$") for name in values)
    return (
        re.sub(pattern, lambda match: values[match[0][1:-1]], macro.definition)
        if values
        else macro.definition
    )


def _named(argument: str) -> tuple[str, str]:
    name, equals, value = argument.partition("=")
    return (name.strip(), _unquoted(value.strip())) if equals else ("", "")


def _same(one: object, other: object) -> bool:
    return one is other
