"""What `index=`, `sourcetype=` and `source=` select: CAR's placeholders, and literal names.

CAR writes its indexes as placeholders (`__your_sysmon_index__` and some twenty spellings more). They name a
dataset by keyword; a literal name selects nothing here, since files have no indexes, unless it says which log
is meant (`XmlWinEventLog:Microsoft-Windows-Sysmon/Operational`).
"""

import re

from carhound.model.datasets import EVERYTHING, SECURITY, SYSMON, SYSTEM, Dataset

SCOPE_FIELDS = frozenset({"index", "sourcetype", "source", "eventtype"})

_PLACEHOLDER = re.compile(r"_*(your_+.*|sysmon_index|sysmon_events)_*")


def find_dataset(value: str) -> tuple[Dataset, bool]:
    """The dataset a scope term selects, and whether the term is known to mean it."""
    name = value.lower()
    placeholder = _PLACEHOLDER.fullmatch(name) is not None
    if "sysmon" in name:
        return SYSMON, True
    if placeholder or name.startswith(("wineventlog:", "xmlwineventlog:")):
        if "security" in name:
            return SECURITY, True
        if "syslog" in name or name.endswith((":system", "_system")):
            return SYSTEM, True
        return EVERYTHING, placeholder
    return EVERYTHING, name == "*"
