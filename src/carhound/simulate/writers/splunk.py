"""What Splunk exports of a search in JSON: a line for each event, with the event's XML in `_raw`.

Format: Splunk, "Search endpoint descriptions" (search/jobs/export, output_mode=json). Sources and sourcetype
are those of XML event logs in the Splunk Add-on for Microsoft Windows.
"""

from collections.abc import Iterable
from typing import BinaryIO

import orjson

from carhound.simulate.event import Simulated
from carhound.simulate.text import storable
from carhound.simulate.writers.xml import event_xml


def write(records: Iterable[Simulated], stream: BinaryIO) -> None:
    """Writes JSON lines. `_time` is in UTC and has milliseconds, as Splunk keeps it."""
    for offset, record in enumerate(records):
        row = {"preview": False, "offset": offset, "result": _result(record)}
        stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _result(record: Simulated) -> dict[str, str]:
    return {
        "_raw": event_xml(record),
        "_time": record.time.isoformat(timespec="milliseconds"),
        "host": storable(record.computer),
        "index": "wineventlog",
        "source": storable(f"XmlWinEventLog:{record.channel}"),
        "sourcetype": "XmlWinEventLog",
    }
