"""Scenarios: stories told as data. docs/reference/scenarios.md documents the files they are read from."""

from difflib import get_close_matches
from functools import cache
from pathlib import Path

from carhound.errors import ScenarioError
from carhound.simulate.schema import read_scenario
from carhound.simulate.story import Scenario

LARGEST = 4 * 1024 * 1024
"""Bytes. The largest bundled scenario has some 10 kB; anything this large is a wrong path."""

_FOLDER = "carhound/simulate/bundled"


def load(ref: str) -> Scenario:
    """The scenario in the file `ref`, or the bundled one of this id; a file comes first.

    Raises ScenarioError.
    """
    path = Path(ref)
    if path.is_file():
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
        except OSError as problem:
            raise ScenarioError(
                f"{ref}: cannot be read: {problem.strerror}", hint="check its permissions"
            ) from problem
        if len(data) > LARGEST:
            raise ScenarioError(
                f"{ref}: is larger than {LARGEST // 1024 // 1024} MiB, which no scenario is",
                hint="name a scenario; logs are not simulated, they are hunted over",
            )
        return read_scenario(data, ref)
    if ref in bundled():
        return read_scenario(
            (Path(__file__).parent / "bundled" / f"{ref}.yaml").read_bytes(),
            f"{_FOLDER}/{ref}.yaml",
        )
    near = get_close_matches(ref.lower(), bundled(), n=3, cutoff=0.6)
    hint = (
        f"did you mean {' or '.join(near)}" if near else "'carhound simulate --list' shows the bundled ones"
    )
    raise ScenarioError(f"no file and no bundled scenario is called {ref!r}", hint=hint)


@cache
def bundled() -> tuple[str, ...]:
    """The ids of the scenarios that come with carhound, in order."""
    names = (entry.name for entry in (Path(__file__).parent / "bundled").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))
