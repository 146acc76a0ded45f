"""Names and values in which `*` stands for any run of characters, letter case counting."""

from collections.abc import Iterable


def change(text: str, old: str, new: str) -> str | None:
    """What a text that matches `old` becomes: the `*` of `new` stand for what those of `old` match, in turn.

    None for a text that does not match. Each run but the last is as short as can be.
    """
    first, *others = old.split("*")
    if not others:
        return new if text == old else None
    *middle, last = others
    at, end = len(first), len(text) - len(last)
    if at > end or not text.startswith(first) or not text.endswith(last):
        return None
    runs: list[str] = []
    for piece in middle:
        place = text.find(piece, at, end)
        if place < 0:
            return None
        runs.append(text[at:place])
        at = place + len(piece)
    runs.append(text[at:end])
    before, *after = new.split("*")
    return before + "".join(run + piece for run, piece in zip(runs, after, strict=False))


def new_name(name: str, old: str, new: str) -> str | None:
    """The new name of a field, None where it keeps its own; `_` at its beginning is never part of a run."""
    if old.startswith("*") and name.startswith("_"):
        return None
    return change(name, old, new)


def meant(names: Iterable[str], present: Iterable[str]) -> list[str]:
    """The fields that names stand for, of those present where a name has `*`; without names, all of them.

    No name that begins with `_` is meant unless it is written so.
    """
    wanted = list(names) or ["*"]
    found: dict[str, None] = {}
    for one in wanted:
        if "*" in one:
            found.update((name, None) for name in present if new_name(name, one, "") is not None)
        else:
            found[one] = None
    return list(found)
