"""The shipped sensor mapping against the data model, and how mappings are read."""

import pytest

from carhound.model.car import ACTIONS, EXTENSIONS, FIELDS
from carhound.normalize.mapping import SENSORS, read_mapping, sensor


@pytest.mark.parametrize("name", SENSORS)
def test_mappings_use_only_what_the_data_model_has(name: str) -> None:
    """Objects, actions and fields are CAR's, or extensions that say so."""
    mapping = sensor(name)
    common = {"fqdn", "hostname"}
    for event_id, event in mapping.events.items():
        assert event_id.isdigit()
        for action in event.actions:
            car_object, verb = action.kind
            assert verb in ACTIONS[car_object], event_id
            known = FIELDS[car_object] | EXTENSIONS.get(car_object, frozenset()) | common
            assert event.fields.keys() <= known, event_id


def test_every_action_of_the_specification_is_mapped() -> None:
    kinds = {action.kind for event in sensor("sysmon").events.values() for action in event.actions}
    assert kinds == {
        ("process", "create"),
        ("process", "terminate"),
        ("process", "access"),
        ("file", "create"),
        ("file", "timestomp"),
        ("file", "delete"),
        ("flow", "start"),
        ("driver", "load"),
        ("module", "load"),
        ("thread", "remote_create"),
        ("registry", "add"),
        ("registry", "remove"),
        ("registry", "value_edit"),
        ("registry", "key_edit"),
    }


def test_a_mapping_is_read_once() -> None:
    assert sensor("sysmon") is sensor("sysmon")


def test_the_provider_decides_and_the_channel_where_there_is_none() -> None:
    mapping = sensor("sysmon")
    assert mapping.holds("microsoft-windows-SYSMON", "anything")
    assert mapping.holds(None, "Microsoft-Windows-Sysmon/Operational")
    assert not mapping.holds("Microsoft-Windows-Kernel-General", "Microsoft-Windows-Sysmon/Operational")
    assert not mapping.holds(None, "System")
    assert not mapping.holds(None, None)


def test_an_unknown_derivation_is_an_error() -> None:
    text = b"""
provider: P
channel: C
events:
  1: {object: process, actions: [{action: create}], fields: {exe: guess(Image)}}
"""
    with pytest.raises(ValueError, match=r"guess\(Image\)"):
        read_mapping(text, "sensor")
