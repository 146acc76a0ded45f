"""The payload of an event in XML: the `Data` elements of EventData (Windows event schema, EventDataType)."""

from xml.parsers import expat

from carhound.model.event import Value
from carhound.readers.values import put


def event_data_fields(text: str) -> dict[str, Value]:
    """The fields of an `<EventData>` element, whatever is around it; an empty element is an empty text.

    Raises:
        ValueError: it is not well-formed, or it declares a document type: no event does, bombs do.
    """
    reading = _Reading()
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise ValueError(f"not valid XML: {error}") from None
    return reading.fields


class _Reading:
    """What was read so far."""

    def __init__(self) -> None:
        self.fields: dict[str, Value] = {}
        self._name: str | None = None
        self._text: list[str] = []

    def start(self, element: str, attributes: dict[str, str]) -> None:
        self._name = attributes.get("Name") or "Data" if element.rpartition(" ")[2] == "Data" else None
        self._text = []

    def text(self, text: str) -> None:
        if self._name is not None:
            self._text.append(text)

    def end(self, _: str) -> None:
        if self._name is not None:
            put(self.fields, self._name, "".join(self._text))
        self._name = None


def _refuse(*_: object) -> None:
    raise ValueError("it declares a document type")
