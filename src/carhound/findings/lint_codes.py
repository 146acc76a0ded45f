"""The rules of `lint` in a few words each; docs/reference/diagnostics.md has them with examples."""

from collections.abc import Mapping
from types import MappingProxyType

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "LINT-W1": "a time window ends before it begins",
        "LINT-W2": "a baseline ends before the main window begins: a hole",
        "LINT-W3": "a baseline reaches into the main window",
        "LINT-W4": "a window is longer or shorter by the hour of the run",
        "LINT-W5": "days begin where the searcher's time zone says",
        "LINT-C1": "no event can match the search",
        "LINT-C2": "a branch of an OR can never match",
        "LINT-C3": "a clause changes nothing",
        "LINT-C4": "an exclusion with wildcards on both sides hides folders too",
        "LINT-C5": "an excluded folder without a closing backslash hides others",
        "LINT-C6": "a pattern is not bound to a whole file name",
        "LINT-C7": "an exclusion hides folders that any user may write to",
        "LINT-C8": "a drive letter is written into a path",
        "LINT-C9": "? and % are no wildcards",
        "LINT-C10": "a line break stands in a value",
        "LINT-C11": "a value holds what looks like clauses",
        "LINT-C12": "a value holds a typographic dash, quote or blank",
        "LINT-C13": "an exclusion list names one of System32 and SysWOW64",
        "LINT-C14": "exact paths miss copies elsewhere",
        "LINT-C15": "a path stands alone: a field's name may be missing",
        "LINT-C16": "a bare term must stand as a word of its own",
        "LINT-C17": "a branch names no event id beside some that do",
        "LINT-C18": "!= asks for the field too",
        "LINT-C19": "a signature is asked for, its status is not",
        "LINT-C20": "AND and OR stand side by side without parentheses",
        "LINT-C21": "a program's name is one letter away from one of Windows",
        "LINT-B1": "a baseline compares one field alone",
        "LINT-B2": "values of a baseline are patterns, letter case aside",
        "LINT-B3": "events without the compared field are always kept",
        "LINT-B4": "Splunk cuts subsearches off",
        "LINT-F1": "the event asked for has no such field",
        "LINT-F2": "a field is read from another one",
        "LINT-F3": "a name of the CAR data model in SPL",
        "LINT-F4": "no event id is named",
        "LINT-F5": "a name of Sysmon's in pseudocode",
        "LINT-F6": "no sensor fills the field for these events",
        "LINT-D1": "the data model does not define a reference",
        "LINT-D2": "no implementation uses a reference",
        "LINT-D3": "a field is used and not among the references",
        "LINT-D4": "subtypes leave out what implementations look at",
        "LINT-D5": "no id or level of ATT&CK",
        "LINT-D6": "a placeholder for an index",
        "LINT-D7": "implementations without a name",
        "LINT-D8": "no unit tests",
        "LINT-T1": "twins differ on an event",
        "LINT-T2": "one of two twins groups and counts",
        "LINT-T3": "no pseudocode stands beside a search",
    }
)


def meaning(code: str) -> str:
    """What the rule is about; for remarks of the readers of texts and documents, where to look."""
    return MEANINGS.get(code, f"{code} in docs/reference/diagnostics.md")
