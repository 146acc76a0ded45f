"""The list of fields by event, held against the other places that know some of them."""

import pytest

from carhound.model.windows_fields import EVENT_FIELDS, SYSMON_IDS
from carhound.normalize.mapping import sensor
from carhound.pipeline.sight.native_names import NATIVE_NAMES

HEADER = {"Computer"}


@pytest.mark.parametrize("name", ["sysmon", "security"])
def test_sensor_mappings_read_fields_that_there_are(name: str) -> None:
    for number, mapping in sensor(name).events.items():
        read = {native for natives in mapping.sources.values() for native in natives}
        assert read - HEADER <= EVENT_FIELDS[number], number


def test_every_native_name_belongs_to_some_event() -> None:
    assert set(NATIVE_NAMES) <= set().union(*EVENT_FIELDS.values())


def test_sysmon_is_told_from_the_security_log() -> None:
    assert {"1", "29", "255"} <= SYSMON_IDS
    assert "4688" not in SYSMON_IDS
