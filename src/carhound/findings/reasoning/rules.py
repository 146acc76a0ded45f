"""The rules in their order of rank, and the order of findings that follows from it.

docs/reference/reasons.md shows the same table to people.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from carhound.findings.reasoning import deeds, files, novelty
from carhound.findings.reasoning.view import Around, View
from carhound.findings.reasons import Reason, Weight
from carhound.findings.run import Finding


class Rule(Struct, frozen=True):
    """When a reason holds."""

    code: str
    weight: Weight
    sentence: Callable[[View], str | None]
    """The reason's text; None where it does not hold."""


RULES = (
    Rule("renamed-binary", "look", files.renamed_binary),
    Rule("url-or-unc-source", "look", deeds.url_or_unc_source),
    Rule("scriptlet", "look", deeds.scriptlet),
    Rule("program-files-look-alike", "look", files.program_files_look_alike),
    Rule("encoded-command", "look", deeds.encoded_command),
    Rule("odd-parent", "look", deeds.odd_parent),
    Rule("network-after-load", "look", deeds.network_after_load),
    Rule("dns-after-load", "look", deeds.dns_after_load),
    Rule("odd-extension", "look", files.odd_extension),
    Rule("signature-invalid", "look", files.signature_invalid),
    Rule("unsigned-module", "look", files.unsigned_module),
    Rule("shell-or-script-child", "look", deeds.shell_or_script_child),
    Rule("user-writable-path", "look", files.user_writable_path),
    Rule("new-in-window", "look", novelty.new_in_window),
    Rule("rare-across-hosts", "look", novelty.rare_across_hosts),
    Rule("first-seen", "context", novelty.first_seen),
    Rule("seen-before", "context", novelty.seen_before),
    Rule("baseline-silent", "context", novelty.baseline_silent),
    Rule("several-implementations", "context", novelty.several_implementations),
    Rule("only-one-twin", "context", novelty.only_one_twin),
    Rule("known-noisy-child", "ordinary", deeds.known_noisy_child),
    Rule("common", "ordinary", novelty.common),
)
"""The weightiest first: those that speak for a look, then those that help to judge, then the ordinary."""

_LOOK = tuple(rule.code for rule in RULES if rule.weight == "look")
_ORDINARY = tuple(rule.code for rule in RULES if rule.weight == "ordinary")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Order = tuple[tuple[bool, ...], tuple[bool, ...], bool, int, str]


def with_reasons(finding: Finding, around: Around) -> Finding:
    """The finding with every reason that holds, in the order of the rules."""
    view = View(finding, around)
    said = ((rule, rule.sentence(view)) for rule in RULES)
    return replace(
        finding,
        reasons=tuple(Reason(rule.code, rule.weight, text) for rule, text in said if text is not None),
    )


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings as a hunter should read them."""
    return tuple(sorted(found, key=order))


def order(finding: Finding) -> Order:
    """What findings are sorted by.

    Of two, the one comes first that has the weightiest "look" reason that the other has not; then the one
    that lacks an ordinary reason the other has; then the newer one, those without a time last; then by id.
    """
    codes = {reason.code for reason in finding.reasons}
    time = finding.time
    return (
        tuple(code not in codes for code in _LOOK),
        tuple(code in codes for code in _ORDINARY),
        time is None,
        0 if time is None else -((time - _EPOCH) // _MICROSECOND),
        finding.id,
    )
