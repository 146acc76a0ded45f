"""Names of programs that are one letter away from one of Windows."""

import re
from collections.abc import Iterator

from carhound.model.diagnostics import Diagnostic
from carhound.model.folding import fold
from carhound.plan.nodes import Node
from carhound.plan.predicates import Matches, Term, tests
from carhound.plan.stems import stems

_KNOWN = frozenset(
    """bitsadmin certutil cmdkey cmstp conhost control cscript csrss dllhost explorer ftp hh installutil lsass
    lsaiso mavinject msbuild mshta msiexec netsh nltest notepad odbcconf powershell procdump psexec quser
    regasm regedit regsvcs regsvr32 rundll32 schtasks services smss spoolsv svchost systeminfo taskeng
    taskhost taskkill tasklist vssadmin wbadmin werfault wevtutil whoami winlogon winrm wininit winword wmic
    wmiprvse wscript wsmprovhost""".split()
)
_NAME = re.compile(r"([a-z]{3,}\d{0,2})\.exe")
_SHORTEST = 5
"""Letters below which words are alike by chance."""


def check_programs(plan: Node) -> Iterator[Diagnostic]:
    """LINT-C21."""
    for stem in stems(plan):
        for test in tests(stem.conditions):
            if not isinstance(test, Matches | Term):
                continue
            for name in _NAME.findall(fold(test.pattern.text)):
                near = _near(name)
                if near is not None:
                    message = f"{name}.exe is one letter away from {near}.exe"
                    hint = f"write {near}.exe, unless a look-alike is what is looked for"
                    yield Diagnostic("LINT-C21", message, "note", test.span, hint=hint)


def _near(name: str) -> str | None:
    if name in _KNOWN or len(name) < _SHORTEST:
        return None
    return next(
        (known for known in sorted(_KNOWN) if len(known) >= _SHORTEST and _one_apart(name, known)), None
    )


def _one_apart(one: str, other: str) -> bool:
    """Whether one letter was added, left out, changed, or swapped with the next."""
    if len(one) < len(other):
        one, other = other, one
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(other))
    if len(one) == len(other):
        return one[at + 1 :] == other[at + 1 :] or (
            one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
        )
    return one[at + 1 :] == other[at:]
