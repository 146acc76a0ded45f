"""The bundled scenarios as evidence, and hunts over them: each made once for all tests of this folder."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from carhound.findings.run import Run
from carhound.pipeline import Request, hunt
from carhound.simulate.engine import events
from carhound.simulate.scenario import load
from carhound.simulate.writers import FORMATS


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The log of a scenario without background, as JSON lines."""
    folder = tmp_path_factory.mktemp("scenarios")

    @cache
    def written(name: str, *, security: bool = True) -> Path:
        path = folder / f"{name}{'' if security else '-sysmon'}.jsonl"
        with path.open("wb") as stream:
            FORMATS["jsonl"][0](events([load(name)], hosts=0, security=security), stream)
        return path

    return written


@pytest.fixture(scope="session")
def hunted(evidence: Callable[..., Path]) -> Callable[..., Run]:
    """What a hunt says of a scenario: by the published analytic, or with the companions beside it."""

    @cache
    def run(name: str, *, companions: bool = False) -> Run:
        return hunt(Request((str(evidence(name)),), ("carhound", "hunt"), companions=companions))

    return run
