"""Runs whose every text is an attack on whatever shows it."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

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
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        changed: dict[str, Any] = {}
        for field in fields(value):
            old = getattr(value, field.name)
            changed[field.name] = old if (kind, field.name) in _OURS else _attacked(old)
        # The ids that tie findings to results must stay alike.
        for name in ("findings", "finding"):
            if kind != "Run" and name in changed and not is_dataclass(changed[name]):
                changed[name] = getattr(value, name)
        return replace(value, **changed)
    return value
