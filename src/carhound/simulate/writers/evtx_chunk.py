"""A chunk of an EVTX file: 64 KiB of records, with the names and templates that they share.

Format: libyal/libevtx, "Windows XML Event Log (EVTX) format", "Chunk" and "Event record". A name or a
template is written where it is first used in the chunk; later uses point there. The header has a chain of
names for each of 64 buckets, and one of templates for each of 32.
"""

import struct
import zlib

from msgspec import Struct, field

from carhound.simulate.writers import binxml
from carhound.simulate.writers.event_templates import EVENT, Template
from carhound.simulate.writers.evtx_record import EvtxRecord

CHUNK_SIZE = 65536
FIRST_RECORD = 512
LONGEST_RECORD = CHUNK_SIZE - FIRST_RECORD
_POINTERS_AT = 128
_NO_RECORD = 0xFFFFFFFFFFFFFFFF
_FLAGS = 1
"""In every chunk that Windows wrote."""
_HEADER = struct.Struct("<8sQQQQIIII64xI4x")
_CHECKSUM_AT, _CHECKSUM = 124, struct.Struct("<I")
_POINTERS = struct.Struct("<96I")
_RECORD_HEAD = struct.Struct("<4sIQQ")
_RECORD_MAGIC = b"**\0\0"
_OFFSET = struct.Struct("<I")
_DESCRIPTOR = struct.Struct("<HBB")
_INSTANCE_HEAD = 14
"""Fragment header, token, number and offset of the template."""
_TEMPLATE_HEAD = struct.Struct("<I16sI")
_NAME_HASH = struct.Struct("<H")


class Chunk(Struct):
    """A chunk being filled. `number` is that of its first record in the file, from 1."""

    number: int
    _body: bytearray = field(default_factory=bytearray)
    _names: dict[str, int] = field(default_factory=dict)
    _templates: dict[bytes, int] = field(default_factory=dict)
    _name_buckets: list[int] = field(default_factory=lambda: [0] * 64)
    _template_buckets: list[int] = field(default_factory=lambda: [0] * 32)
    _count: int = 0
    _first_id: int = 0
    _last_id: int = 0
    _last_at: int = 0

    @property
    def count(self) -> int:
        """Records in the chunk."""
        return self._count

    def add(self, identifier: int, record: EvtxRecord) -> bool:
        """Writes the record; False, and nothing is changed, where it does not fit any more."""
        at = FIRST_RECORD + len(self._body)
        outer, inner = EVENT.guid not in self._templates, record.template.guid not in self._templates
        inner_size = _INSTANCE_HEAD + len(record.data) + 1
        if inner:
            known = self._names.keys() | EVENT.names if outer else self._names
            inner_size += _TEMPLATE_HEAD.size + len(record.template.layout(known).body)
        size = _RECORD_HEAD.size + _INSTANCE_HEAD + len(record.before) + _DESCRIPTOR.size + len(record.behind)
        if outer:
            size += _TEMPLATE_HEAD.size + len(EVENT.layout(self._names).body)
        size += len(record.values) + inner_size + len(record.last) + 1 + _OFFSET.size
        size += -size % 8
        if at + size > CHUNK_SIZE:
            return False
        body = self._body
        body += _RECORD_HEAD.pack(_RECORD_MAGIC, size, identifier, record.time)
        self._instance(EVENT)
        body += record.before
        body += _DESCRIPTOR.pack(inner_size, binxml.BINXML, 0)
        body += record.behind
        body += record.values
        self._instance(record.template)
        body += record.data
        body += binxml.END_OF_FILE
        body += record.last
        body += bytes(
            at + size - FIRST_RECORD - _OFFSET.size - len(body)
        )  # the end of file token, and padding
        body += _OFFSET.pack(size)
        if not self._count:
            self._first_id = identifier
        self._count += 1
        self._last_id, self._last_at = identifier, at
        return True

    def _instance(self, template: Template) -> None:
        """Writes a fragment up to the template's number and place, and where it is new, the template."""
        body = self._body
        body += binxml.FRAGMENT
        body += binxml.INSTANCE
        body += template.guid[:4]
        at = self._templates.get(template.guid)
        if at is not None:
            body += _OFFSET.pack(at)
            return
        at = FIRST_RECORD + len(body) + _OFFSET.size
        body += _OFFSET.pack(at)
        layout = template.layout(self._names)
        body += _TEMPLATE_HEAD.pack(self._template_buckets[template.bucket], template.guid, len(layout.body))
        start = len(body)
        body += layout.body
        for name, position in layout.names:
            (bucket,) = _NAME_HASH.unpack_from(body, start + position + _OFFSET.size)
            bucket %= len(self._name_buckets)
            _OFFSET.pack_into(body, start + position, self._name_buckets[bucket])
            self._name_buckets[bucket] = self._names[name] = FIRST_RECORD + start + position
        for position, name in layout.references:
            _OFFSET.pack_into(body, start + position, self._names[name])
        self._templates[template.guid] = self._template_buckets[template.bucket] = at

    def finish(self) -> bytes:
        """The whole chunk with its checksums."""
        chunk = bytearray(CHUNK_SIZE)
        end = FIRST_RECORD + len(self._body)
        chunk[FIRST_RECORD:end] = self._body
        last = self.number + self._count - 1 if self._count else _NO_RECORD
        _HEADER.pack_into(
            chunk,
            0,
            b"ElfChnk\0",
            self.number,
            last,
            self._first_id if self._count else self.number,
            self._last_id if self._count else _NO_RECORD,
            _POINTERS_AT,
            self._last_at,
            end,
            zlib.crc32(self._body),
            _FLAGS,
        )
        _POINTERS.pack_into(chunk, _POINTERS_AT, *self._name_buckets, *self._template_buckets)
        checksum = zlib.crc32(chunk[_POINTERS_AT:FIRST_RECORD], zlib.crc32(chunk[: _CHECKSUM_AT - 4]))
        _CHECKSUM.pack_into(chunk, _CHECKSUM_AT, checksum)
        return bytes(chunk)
