"""Native names in CAR's words, where a value is taken over as it is."""

import pytest

from carhound.normalize.car_names import car_name

PROCESS, LOAD, DRIVER = (("process", "create"),), (("module", "load"),), (("driver", "load"),)


@pytest.mark.parametrize(
    ("native", "kinds", "name"),
    [
        ("CommandLine", PROCESS, "command_line"),
        ("Image", PROCESS, "image_path"),
        ("ProcessId", PROCESS, "pid"),
        ("ImageLoaded", LOAD, "module_path"),
        ("ImageLoaded", DRIVER, "image_path"),
        ("Signature", LOAD, "signer"),
        ("Computer", PROCESS, "fqdn"),
        ("SignatureStatus", LOAD, None),
        ("Hashes", PROCESS, None),
        ("CommandLine", LOAD, None),
        ("ImageLoaded", None, None),
        ("commandline", PROCESS, None),
    ],
)
def test_car_name(native: str, kinds: tuple[tuple[str, str], ...] | None, name: str | None) -> None:
    assert car_name(native, kinds) == name
