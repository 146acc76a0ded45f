"""Splunk's Search Reference, "Comparison and Conditional functions" and "Informational functions"."""

from carhound.engines.interpreter.functions.building import Builder, of_texts, of_values


def like(text: str, pattern: str) -> bool:
    """`%` is any run, `_` one character, no escape; the whole text, letter case counting."""
    at = start = 0
    mark = -1
    place = 0
    while at < len(text):
        if start < len(pattern) and pattern[start] == "%":
            mark, place = start, at
            start += 1
        elif start < len(pattern) and pattern[start] in ("_", text[at]):
            at += 1
            start += 1
        elif mark >= 0:
            place += 1
            at, start = place, mark + 1
        else:
            return False
    return not pattern[start:].strip("%")


BUILDERS: dict[str, Builder] = {
    "isnotnull": of_values(lambda value: value is not None),
    "isnull": of_values(lambda value: value is None),
    "like": of_texts(like),
}
