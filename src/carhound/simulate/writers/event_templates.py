"""The templates of an event: one for `Event` and `System`, and one per kind of event for `EventData`.

Windows writes an event as two templates, one inside the other: the outer is the same for all providers, the
inner is the provider's own for its event id. Element order, types and the numbers of the values are those
found in Sysmon's own logs; only the computer is a text of the template there, and a value here, since one
file may hold the events of many.
"""

import uuid
from collections.abc import Container
from functools import lru_cache

from msgspec import Struct, field

from carhound.simulate.text import xml_text
from carhound.simulate.writers import binxml
from carhound.simulate.writers.binxml import Element, Layout, Substitution

NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
EVENT_DATA, COMPUTER = 17, 18
"""Numbers of the last two values of the outer template."""
_GUIDS = uuid.UUID("5f3d1f5c-0b0f-4c4e-9a54-0d5b1b8f6c1e")
"""Where the GUIDs of our templates come from."""


class Template(Struct, frozen=True, eq=False):
    """A template, and its layouts as they were asked for."""

    root: Element
    guid: bytes
    bucket: int
    """Which of a chunk's 32 chains of templates it belongs to."""
    names: frozenset[str]
    _layouts: dict[frozenset[str], Layout] = field(default_factory=dict)

    def layout(self, known: Container[str]) -> Layout:
        """The tokens of the template where these names are defined already."""
        missing = frozenset(name for name in self.names if name not in known)
        found = self._layouts.get(missing)
        if found is None:
            found = self._layouts[missing] = binxml.layout(self.root, self.names - missing)
        return found


def _template(root: Element, key: str) -> Template:
    guid = uuid.uuid5(_GUIDS, key).bytes_le
    bucket = binxml.name_hash(binxml.utf16_units(guid)) % 32
    return Template(root, guid, bucket, frozenset(binxml.names_in(root)))


@lru_cache(256)
def event_data_template(
    provider: str, event_id: int, names: tuple[str, ...], types: tuple[int, ...]
) -> Template:
    """`EventData` with a `Data` of each name, whose value has the type given with it."""
    fields = tuple(
        Element("Data", (("Name", xml_text(name)),), (Substitution(index, kind),))
        for index, (name, kind) in enumerate(zip(names, types, strict=True))
    )
    return _template(Element("EventData", (), fields), repr((provider, event_id, names, types)))


def _optional(index: int, kind: int) -> Substitution:
    return Substitution(index, kind, optional=True)


def _system() -> Element:
    return Element(
        "System",
        content=(
            Element(
                "Provider", (("Name", _optional(14, binxml.STRING)), ("Guid", _optional(15, binxml.GUID)))
            ),
            Element(
                "EventID",
                (("Qualifiers", _optional(4, binxml.UINT16)),),
                (_optional(3, binxml.UINT16),),
                dependency=3,
            ),
            Element("Version", (), (_optional(11, binxml.UINT8),), dependency=11),
            Element("Level", (), (_optional(0, binxml.UINT8),), dependency=0),
            Element("Task", (), (_optional(2, binxml.UINT16),), dependency=2),
            Element("Opcode", (), (_optional(1, binxml.UINT8),), dependency=1),
            Element("Keywords", (), (_optional(5, binxml.HEX64),), dependency=5),
            Element("TimeCreated", (("SystemTime", _optional(6, binxml.FILETIME)),)),
            Element("EventRecordID", (), (_optional(10, binxml.UINT64),), dependency=10),
            Element(
                "Correlation",
                (
                    ("ActivityID", _optional(7, binxml.GUID)),
                    ("RelatedActivityID", _optional(13, binxml.GUID)),
                ),
            ),
            Element(
                "Execution",
                (("ProcessID", _optional(8, binxml.UINT32)), ("ThreadID", _optional(9, binxml.UINT32))),
            ),
            Element("Channel", (), (_optional(16, binxml.STRING),), dependency=16),
            Element("Computer", (), (_optional(COMPUTER, binxml.STRING),), dependency=COMPUTER),
            Element("Security", (("UserID", _optional(12, binxml.SID)),)),
        ),
    )


def _event() -> Element:
    content = (_system(), _optional(EVENT_DATA, binxml.BINXML))
    return Element("Event", (("xmlns", NAMESPACE),), content, dependency=EVENT_DATA)


EVENT = _template(_event(), "Event")
"""The outer template; its values in order: level, opcode, task, event id, qualifiers, keywords, time,
activity, process, thread, record id, version, user, related activity, provider, its GUID, channel, EventData,
computer."""
