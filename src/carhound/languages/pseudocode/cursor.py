"""A place among the tokens that moves forward; what every part of the parser reads through."""

from msgspec import Struct

from carhound.languages.pseudocode.lexer import Token
from carhound.languages.pseudocode.remarks import Remarks
from carhound.languages.pseudocode.syntax import Name, Path
from carhound.model.diagnostics import LanguageError, Span

COMMANDS = ("search", "filter", "group", "from", "join", "run")
RESERVED = frozenset({"and", "or", "not", "in", "where"})
"""Words that are never a name."""


class Cursor(Struct):
    """Reads `tokens`, the last of which is the end."""

    tokens: tuple[Token, ...]
    remarks: Remarks
    at: int = 0

    def peek(self, ahead: int = 0) -> Token:
        """A token to come; beyond the last one, the last one."""
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        """Passes the next token."""
        token = self.peek()
        self.at += 1
        return token

    @property
    def before(self) -> Token | None:
        """The token passed last."""
        return self.tokens[self.at - 1] if self.at else None

    def at_symbol(self, *symbols: str) -> bool:
        """Whether one of these symbols comes next."""
        return self.peek().is_symbol(*symbols)

    def at_words(self, *words: str) -> bool:
        """Whether exactly these words come next, letter case aside."""
        return all(self.peek(ahead).lower == word for ahead, word in enumerate(words))

    def take_words(self, *words: str) -> bool:
        """Passes these words if they come next."""
        if not self.at_words(*words):
            return False
        self.at += len(words)
        return True

    def take_symbol(self, symbol: str) -> bool:
        """Passes this symbol if it comes next."""
        if not self.at_symbol(symbol):
            return False
        self.at += 1
        return True

    def expect_symbol(self, symbol: str, hint: str) -> Token:
        """Passes this symbol or fails."""
        if not self.at_symbol(symbol):
            raise self.unexpected(f"`{symbol}`", hint)
        return self.take()

    def expect_word(self, word: str, hint: str) -> None:
        """Passes this word or fails."""
        if not self.take_words(word):
            raise self.unexpected(f"`{word}`", hint)

    def name(self, what: str, hint: str) -> Name:
        """Passes a name or fails."""
        token = self.peek()
        if token.kind != "name" or token.lower in RESERVED:
            raise self.unexpected(what, hint)
        self.take()
        return Name(token.text, token.span)

    def names(self, what: str, hint: str) -> tuple[Name, ...]:
        """Passes names with commas between them."""
        found = [self.name(what, hint)]
        while self.take_symbol(","):
            found.append(self.name(what, hint))
        return tuple(found)

    def path(self, what: str, hint: str) -> Path:
        """Passes names with dots between them."""
        found = [self.name(what, hint)]
        while self.at_symbol(".") and self.peek(1).kind == "name":
            self.take()
            token = self.take()
            found.append(Name(token.text, token.span))
        return Path(tuple(name.text for name in found), found[0].span.to(found[-1].span))

    def unexpected(self, what: str, hint: str) -> LanguageError:
        """The error for a token that cannot stand here."""
        token = self.peek()
        found = "the program ends" if token.kind == "end" else f"found `{shorten(token)}`"
        return self.remarks.fail("PS-P1", f"expected {what} but {found}", token.span, hint)

    def since(self, start: Span) -> Span:
        """From `start` to the token passed last."""
        return start if self.before is None else start.to(self.before.span)

    def ends(self) -> bool:
        """Whether a statement may end here: at the end, or before a line that starts another."""
        return (
            self.peek().kind == "end"
            or self.starts_command()
            or (self.peek().first and self.assignment() is not None)
        )

    def starts_command(self) -> bool:
        """Whether the line that begins here can be nothing but a statement, even inside parentheses."""
        token, following = self.peek(), self.peek(1)
        if not token.first:
            return False
        if token.lower in ("input", "output", "return"):
            return not following.first and (following.kind == "name" or following.is_symbol("("))
        value = self.assignment()
        return value is not None and value.lower in COMMANDS

    def assignment(self) -> Token | None:
        """Where `target =` comes next, the token after it."""
        ahead = 0
        while self.peek(ahead).kind == "name" and self.peek(ahead).lower not in RESERVED:
            following = self.peek(ahead + 1)
            if following.is_symbol("="):
                return self.peek(ahead + 2)
            if not following.is_symbol("."):
                return None
            ahead += 2
        return None


def shorten(token: Token) -> str:
    """The token for a message, long ones cut."""
    return token.text if len(token.text) <= 30 else token.text[:29] + "…"
