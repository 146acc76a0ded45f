"""Runs whose every text is an attack on whatever shows it."""

from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from carhound.findings.run import Run
from carhound.model.diagnostics import Source

ATTACK = (
    "\"'><img src=x onerror=alert(1)></script></title></style></svg><script>alert(2)</script>"
    "<a href=javascript:alert(3)>{{7*7}}{%x%}</a>\x00\x1b[2J\u202e\u2028\ud800&lt;"
)
_OURS = {
    ("Reason", "weight"),
    ("Deed", "kind"),
    ("Diagnostic", "severity"),
    ("ImplementationResult", "status"),
    ("Run", "status"),
    ("RunInfo", "reading"),
    ("WindowUsed", "role"),
    ("Finding", "object"),
    ("Finding", "id"),
}
"""Texts that carhound chooses from a few, or makes: they decide what is shown, or tie parts together."""


def attacked(run: Run) -> Run:
    """The run with the attack appended to every text that evidence, a document or the caller can choose."""
    found: Run = _attacked(run)
    return found


def _attacked(value: Any) -> Any:
    if isinstance(value, str):
        return value + ATTACK
    if isinstance(value, tuple):
        return tuple(map(_attacked, value))
    if isinstance(value, dict):
        return {_attacked(name): _attacked(one) for name, one in value.items()} | {
            name: _attacked(one) for name, one in value.items()
        }
    if isinstance(value, Source):
        return replace(value, text=_attacked(value.text), name=_attacked(value.name))
    if isinstance(value, Struct):
        kind = type(value).__name__
        changed: dict[str, Any] = {}
        for name, old in asdict(value).items():
            changed[name] = old if (kind, name) in _OURS else _attacked(old)
        # The ids that tie findings to results must stay alike.
        for name in ("findings", "finding"):
            if kind != "Run" and name in changed and not isinstance(changed[name], Struct):
                changed[name] = getattr(value, name)
        return replace(value, **changed)
    return value
