"""Fixtures of all tests."""

import multiprocessing
import os
from collections.abc import Iterator
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


@pytest.fixture(autouse=True, scope="session")
def way_of_reading() -> Iterator[None]:
    """`CARHOUND_SKIPPING=off` and `CARHOUND_PROCESSES=N` say how runs in this process read: `make proof`."""
    with pytest.MonkeyPatch.context() as patched:
        if os.environ.get("CARHOUND_SKIPPING") == "off":
            from carhound.readers.part import Part

            patched.setattr(Part, "sifted", lambda self, _: self.items())
        if processes := int(os.environ.get("CARHOUND_PROCESSES", "0")):
            from carhound.pipeline.files import over_files, pool
            from carhound.pipeline.trees import retold

            chosen = over_files.processes_for
            for user in (over_files, retold):
                patched.setattr(user, "processes_for", lambda asked, given: chosen(asked or processes, given))
            # Forked workers see what tests have patched, and start in no time.
            patched.setattr(pool, "context", lambda: multiprocessing.get_context("fork"))
        yield
