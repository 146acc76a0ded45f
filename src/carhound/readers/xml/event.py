"""One Windows event as XML text: the whole `<Event>`, or its payload alone.

Format: Microsoft, "Event Schema" (EventType, SystemPropertiesType, EventDataType, RenderingInfo). The tree
goes the way of `event_tree`, so that an event has the same fields from XML as from JSON and EVTX.

A text is parsed from its first element on, where the grammar of XML allows no document type declaration:
there are never entities to expand or files to fetch. One inside is an error like any other.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLParser

from carhound.model.event import RawEvent, Value
from carhound.readers.event_tree import tree_event, tree_payload
from carhound.readers.notes import Notes
from carhound.readers.values import one_text, put

_EVENT = re.compile(r"<Event(?=[\s>])")
_PAYLOAD = re.compile(r"<(EventData|UserData)(?=[\s>/])")
_DEEPEST = 64
_MOST_TAGS = 1 << 16
"""An element takes up many times the memory of its text; Windows writes no event of more than 64 KiB."""
_OWN = frozenset({"", "Data", "Name", "xmlns"})
"""Names with a meaning of their own in a tree; a `Data` element with such a name goes the long way."""
_LOCATION = re.compile(r": line \d+, column \d+$")
_ILLEGAL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]+)|([0-9]+));")


def xml_event(text: str, position: str, notes: Notes) -> RawEvent:
    """The raw event of one `<Event>`; what stands before its start and behind its end is passed over.

    Raises:
        ValueError: there is none, or it cannot be parsed; the message is for people.
    """
    found = _EVENT.search(text)
    if found is None:
        raise ValueError("no Event in this XML")
    end = text.rfind("</Event>")
    return whole_xml_event(
        _encoded(text[found.start() : end + 8 if end > found.start() else None]), position, notes
    )


def whole_xml_event(data: bytes, position: str, notes: Notes) -> RawEvent:
    """The raw event of bytes, in UTF-8, that are one `<Event>` and nothing else.

    Raises:
        ValueError: they are not.
    """
    root = _parsed(data, notes)
    tree: dict[str, Any] = {}
    rendering: Element | None = None
    for part in root:
        name = _local(part.tag)
        if name == "System":
            tree[name] = {_local(one.tag): _system(one) for one in part}
        elif name in ("EventData", "UserData"):
            tree[name] = _payload(part)
        elif name == "RenderingInfo":
            rendering = part
        else:
            tree[name] = _plain(part, 0)
    if "System" not in tree:
        raise ValueError("an Event without System")
    event = tree_event(tree, position, notes)
    if rendering is not None:
        event.meta = meta = dict(event.meta)
        for one in rendering:
            name = _local(one.tag)
            if text := "".join(one.itertext()).strip():
                put(meta, name if name == "Message" else f"RenderingInfo_{name}", text)
    return event


def event_data_fields(text: str, notes: Notes | None = None) -> dict[str, Value]:
    """The fields of an `<EventData>` or `<UserData>`, with or without elements around it.

    Raises:
        ValueError: there is none, or it cannot be parsed; the message is for people.
    """
    found = _PAYLOAD.search(text)
    if found is None:
        raise ValueError("no EventData")
    end = text.rfind(f"</{found[1]}")
    close = text.find(">", max(end, found.start()))
    root = _parsed(_encoded(text[found.start() : close + 1]), notes or Notes())
    return tree_payload({found[1]: _payload(root)})


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _parsed(data: bytes, notes: Notes) -> Element:
    if data.count(b"<") > _MOST_TAGS:
        raise ValueError("more elements than an event has")
    try:
        return _fed(data)
    except ParseError as error:
        reason = _LOCATION.sub("", str(error))
    cleaned = _cleaned(data)
    if cleaned != data:
        try:
            root = _fed(cleaned)
        except ParseError:
            pass
        else:
            notes.add("EV-X1")
            return root
    raise ValueError(f"not well-formed XML: {reason}")


def _fed(data: bytes) -> Element:
    parser = XMLParser(encoding="utf-8")  # noqa: S314  # see above: no DTD gets here
    parser.feed(data)
    root: Element = parser.close()
    return root


def _cleaned(data: bytes) -> bytes:
    """The text with U+FFFD for what XML cannot hold; else a control character would cost its whole event."""
    text = _ILLEGAL.sub("\ufffd", data.decode("utf-8", "replace"))
    return _REFERENCE.sub(_legal_reference, text).encode()


def _legal_reference(found: re.Match[str]) -> str:
    digits = (found[1] or found[2]).lstrip("0")
    code = int(digits or "0", 16 if found[1] else 10) if len(digits) < 8 else 0
    legal = (
        code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    )
    return found[0] if legal else "\ufffd"


def _local(tag: str) -> str:
    return tag[tag.rfind("}") + 1 :]


def _system(element: Element) -> Any:
    text = (element.text or "").strip() or None
    return {"#attributes": _attributes(element), "#text": text} if element.attrib else text


def _attributes(element: Element) -> dict[str, str]:
    return {_local(name): value for name, value in element.attrib.items()}


def _payload(element: Element) -> Any:
    """EventData or UserData as a tree; plain named `Data` as members, which is the short way."""
    if not len(element):
        return (element.text or "").strip() or None
    tree: dict[str, Any] = {}
    fields: dict[str, list[str]] = {}
    for one in element:
        name = _local(one.tag)
        if name == "Data":
            text = _children_text(one) if len(one) else one.text or ""
            fields.setdefault(one.get("Name", ""), []).append(text)
        else:
            _add(tree, name, _plain(one, 0))
    data: list[Any] = []
    for name, texts in fields.items():
        value = texts[0] if len(texts) == 1 else texts
        if not name:
            data.append({"#text": value})
        elif name in _OWN or name in tree or name[0] in "@#":
            data.append({"#attributes": {"Name": name}, "#text": value})
        else:
            tree[name] = value
    if data:
        tree["Data"] = data
    if element.attrib:
        tree["#attributes"] = _attributes(element)
    return tree


def _children_text(element: Element) -> str:
    """A `Data` that holds elements, as JSON text."""
    tree = _plain(element, 0)
    tree.pop("#attributes", None)
    return one_text(tree)


def _add(tree: dict[str, Any], name: str, value: Any) -> None:
    """Adds a child; children of one name become a list."""
    if name not in tree:
        tree[name] = value
    elif isinstance(tree[name], list):
        tree[name].append(value)
    else:
        tree[name] = [tree[name], value]


def _plain(element: Element, depth: int) -> Any:
    """An element as JSON writers render it: a text, or an object where it has attributes or children."""
    if not len(element) and not element.attrib:
        return element.text or ""
    if depth == _DEEPEST:
        raise ValueError("nested too deeply")
    tree: dict[str, Any] = {}
    if element.attrib:
        tree["#attributes"] = _attributes(element)
    if text := (element.text or "") if not len(element) else (element.text or "").strip():
        tree["#text"] = text
    for child in element:
        _add(tree, _local(child.tag), _plain(child, depth + 1))
    return tree
