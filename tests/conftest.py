"""Fixtures of all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says what else the machine does.
settings.register_profile("carhound", deadline=None)
settings.load_profile("carhound")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The public data and the published documents, which are no part of the project.

    `CARHOUND_SHARED`, or the folder `shared` beside the checkout; tests that ask for it do not run without.
    """
    given = os.environ.get("CARHOUND_SHARED")
    folder = Path(given) if given else Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip(f"needs the shared data, and {folder} is no folder (set CARHOUND_SHARED)")
    return folder
