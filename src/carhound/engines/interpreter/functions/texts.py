"""Splunk's Search Reference, "Text functions"."""

from carhound.engines.interpreter.functions.building import Builder, of_texts
from carhound.model.folding import fold

BUILDERS: dict[str, Builder] = {
    "len": of_texts(len),
    "lower": of_texts(fold),
}
