"""What SQL cannot say exactly."""

from sqlglot import exp


class Unsayable(Exception):  # noqa: N818
    """A part of a plan that the interpreter has to decide; `reason` is for people."""

    def __init__(self, reason: str, at_most: exp.Expr | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at_most = at_most
        """A condition that is true at least wherever the part is; None where nothing is known."""
