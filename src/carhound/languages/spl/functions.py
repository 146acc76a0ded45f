"""The functions of eval expressions: how many arguments each takes."""

FUNCTIONS: dict[str, tuple[int, int]] = {
    "isnotnull": (1, 1),
    "isnull": (1, 1),
    "len": (1, 1),
    "like": (2, 2),
    "lower": (1, 1),
}
"""Least and most arguments, by name in lower case."""
