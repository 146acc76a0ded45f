"""What a search may name that is defined outside it: macros and lookup tables."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from carhound.errors import DocumentError
from carhound.plan.lookup_table import LookupTable

if TYPE_CHECKING:
    from carhound.model.conf_file import Stanza


class Macro(Struct, frozen=True):
    """A text that stands for another; `$name$` in it stands for an argument."""

    name: str
    parameters: tuple[str, ...]
    definition: str
    evaluated: bool = False
    """Whether the definition is an eval expression that makes the text (`iseval`)."""


MacroKey = tuple[str, int]
"""The name of a macro, and how many arguments it takes."""


class Definitions(Struct, frozen=True):
    """Those of one run."""

    macros: Mapping[MacroKey, Macro] = field(default_factory=dict)
    """Beside those built in, which they come before."""
    lookups: Mapping[str, LookupTable] = field(default_factory=dict)
    """By name, without the ending .csv."""

    def lookup(self, name: str) -> LookupTable | None:
        """The table of this name, with .csv or without."""
        return self.lookups.get(lookup_name(name))


NOTHING_DEFINED = Definitions()


def lookup_name(name: str) -> str:
    """The name under which a table is kept: a file of Splunk's may be named with its ending."""
    return name.removesuffix(".csv")


def read_macros(text: str, path: str) -> dict[MacroKey, Macro]:
    """The macros of a file in the form of Splunk's macros.conf. Raises DocumentError."""
    from carhound.model.conf_file import read_stanzas

    macros = [
        _macro(stanza, path) for stanza in read_stanzas(text, path).values() if stanza.name != "default"
    ]
    return {(macro.name, len(macro.parameters)): macro for macro in macros}


def _macro(stanza: "Stanza", path: str) -> Macro:
    """Splunk's Admin Manual, "macros.conf": `[name]` or `[name(2)]` with `args = a, b`."""
    name, _, rest = stanza.name.partition("(")
    count = rest.removesuffix(")")
    parameters = tuple(one.strip() for one in stanza.text("args").split(",") if one.strip())
    wanted = int(count) if count.isascii() and count.isdigit() else 0
    if (rest and rest != f"{wanted})") or len(parameters) != wanted or len(set(parameters)) != wanted:
        raise DocumentError(
            f"{path}:{stanza.line}: [{stanza.name}] and its args do not agree",
            hint="write [name(2)] and args = first, second; or [name] without args",
        )
    return Macro(name, parameters, stanza.text("definition"), stanza.is_on("iseval"))


_SUMMARIES = "summariesonly=false allow_old_summaries=true fillnull_value=null"
_CTIME = "%Y-%m-%dT%H:%M:%S"

BUILT_IN: Mapping[MacroKey, Macro] = {
    (macro.name, len(macro.parameters)): macro
    for macro in (
        Macro("comment", ("text",), ""),
        Macro("drop_dm_object_name", ("object_name",), "rename $object_name$.* AS *"),
        Macro("security_content_ctime", ("field",), f'eval $field$=strftime($field$, "{_CTIME}")'),
        Macro("security_content_summariesonly", (), _SUMMARIES),
        Macro("sysmon", (), 'source="XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"'),
        Macro("wineventlog_security", (), 'source="XmlWinEventLog:Security"'),
        Macro("wineventlog_system", (), 'source="XmlWinEventLog:System"'),
    )
}
"""What Splunk's own content calls without defining it beside the search."""

_FILTER = "_filter"


def built_in(name: str, arguments: int) -> Macro | None:
    """The macro that is there without a definition; `…_filter` is where Splunk's users put exceptions."""
    if not arguments and name.endswith(_FILTER):
        return Macro(name, (), "search *")
    return BUILT_IN.get((name, arguments))
