"""The CAR data model as data."""

import pytest

from carhound.model.car import ACTION_ALIASES, ACTIONS, ALIASES, EXTENSIONS, FIELDS, find_action, find_object


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Process", "process"),
        ("UserSession", "user_session"),
        ("user_session", "user_session"),
        ("User Session", "user_session"),
        ("user-session", "user_session"),
        ("HTTP", "http"),
        ("processes", None),
        ("", None),
    ],
)
def test_objects_are_found_whatever_their_case_and_separators(text: str, expected: str | None) -> None:
    assert find_object(text) == expected


@pytest.mark.parametrize(
    ("car_object", "text", "expected"),
    [
        ("process", "Create", "create"),
        ("thread", "RemoteCreate", "remote_create"),
        ("registry", "value edit", "value_edit"),
        ("registry", "Edit", None),
        ("module", "create", None),
        ("nothing", "create", None),
    ],
)
def test_actions_are_found_for_their_object(car_object: str, text: str, expected: str | None) -> None:
    assert find_action(car_object, text) == expected


def test_the_tables_agree_with_each_other() -> None:
    """Every alias leads to something the model defines, and no extension hides a field of the model."""
    assert FIELDS.keys() == ACTIONS.keys()
    for car_object, fields in EXTENSIONS.items():
        assert not fields & FIELDS[car_object]
    for (car_object, alias), actions in ACTION_ALIASES.items():
        assert alias not in ACTIONS[car_object]
        assert set(actions) <= ACTIONS[car_object]
    every_field = frozenset[str]().union(*FIELDS.values())
    assert set(ALIASES.values()) <= every_field
    assert not ALIASES.keys() & every_field
    for names in (*FIELDS.values(), *ACTIONS.values()):
        assert all(name == name.lower() and " " not in name for name in names)
