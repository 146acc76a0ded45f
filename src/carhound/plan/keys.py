"""What tells the matches of a plan apart: the fields by which they count as the same or as new."""

from carhound.plan.nodes import Node
from carhound.plan.predicates import Field, tests
from carhound.plan.reads import test_fields
from carhound.plan.stems import Stem, stems

PROCESS_KEY = "CommandLine"
"""The published key; what Sysmon and the Security log call the command line."""
MODULE_KEY = "ImageLoaded"
"""What Sysmon calls the module or driver that was loaded."""

_LOADS = frozenset({"6", "7"})
_CAR_LOADS = {"module": "module_path", "driver": "image_path"}


def default_key(plan: Node) -> tuple[str, Field]:
    """The key's native name, and the field as the plan's view has it.

    It is the module for a plan whose main search can match loads of modules or drivers alone: by the event
    ids it names, in the CAR view by the object. One that names no event id is about loads where it asks
    about ImageLoaded and not about CommandLine. For all else it is the command line.
    """
    stem = stems(plan)[0]
    if stem.scan.view == "car":
        objects = {name for name, _ in stem.scan.kinds or ()}
        if len(objects) == 1 and (module := _CAR_LOADS.get(next(iter(objects)))):
            return MODULE_KEY, Field(module, "car")
        return PROCESS_KEY, Field("command_line", "car")
    name = MODULE_KEY if _matches_loads(stem) else PROCESS_KEY
    return name, Field(name)


def _matches_loads(stem: Stem) -> bool:
    ids = stem.event_ids()
    if ids is not None:
        return ids <= _LOADS
    asked = {field.name for test in tests(stem.conditions) for field in test_fields(test)}
    return MODULE_KEY in asked and PROCESS_KEY not in asked
