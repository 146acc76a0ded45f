"""What the rules look at: a finding, the processes around it, and what the run tells."""

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct, field

from carhound.findings.lineage.tree import Process, Tree
from carhound.findings.regsvr32 import Registration, is_regsvr32, registration
from carhound.findings.run import Finding, Twins, WindowUsed
from carhound.model.folding import fold
from carhound.model.names import base_name

_LONGEST = 160


class Novelty(Struct, frozen=True):
    """An implementation that tells only what is new."""

    baseline: WindowUsed | None
    """What it compares with; None where a run had none, or several."""
    silent: Mapping[str | None, tuple[int, int]]
    """Hosts that were silent in the baseline: on how many of its days, at worst."""


class Around(Struct, frozen=True):
    """What a run tells of all findings of an analytic."""

    novel: Mapping[str, Novelty] = field(default_factory=dict)
    """By name of the implementation."""
    twins: tuple[Twins, ...] = ()
    hosts: int = 0
    """On how many the analytic could be judged; 0 where nobody counted."""


class Registrar(Struct, frozen=True):
    """The regsvr32 of a finding: the process itself, or its parent. Unknown is None."""

    image: str | None
    command_line: str | None
    starter: str | None
    """The path of what started it, its own 64-bit twin aside."""
    process: Process | None

    @property
    def asked(self) -> Registration | None:
        """What it was asked to register."""
        return None if self.command_line is None else registration(self.command_line)


class View(Struct, frozen=True, dict=True):
    """A finding as the rules see it. Texts are from evidence; None is what nothing tells."""

    finding: Finding
    around: Around

    def text(self, car: str, native: str) -> str | None:
        """A field by its CAR name, else by its native one; Sysmon writes "-" for none."""
        value = self.finding.car.get(car)
        if value is None:
            value = self.finding.native.get(native)
        return value if isinstance(value, str) and value not in ("", "-") else None

    @property
    def starts_process(self) -> bool:
        """Whether the event tells of a start."""
        return self.finding.object == "process/create"

    @cached_property
    def image(self) -> str | None:
        """The program of the process that the event is about."""
        return self.text("image_path", "Image") or (self.process.image if self.process else None)

    @cached_property
    def command_line(self) -> str | None:
        """Its command line."""
        return self.text("command_line", "CommandLine") or (
            self.process.command_line if self.process else None
        )

    @cached_property
    def parent_image(self) -> str | None:
        """The program that started it."""
        return self.text("parent_image_path", "ParentImage") or (self.parent.image if self.parent else None)

    @cached_property
    def parent_command_line(self) -> str | None:
        """The command line of that one."""
        return self.text("parent_command_line", "ParentCommandLine") or (
            self.parent.command_line if self.parent else None
        )

    @cached_property
    def module(self) -> str | None:
        """The module that was loaded."""
        return self.text("module_path", "ImageLoaded")

    @cached_property
    def original_file_name(self) -> str | None:
        """Of the program, not of a module it loads."""
        told = self.text("", "OriginalFileName") if self.starts_process else None
        return told or (self.process.original_file_name if self.process else None)

    @cached_property
    def line(self) -> tuple[Process, ...]:
        """The process of the event and its ancestors, itself first; empty where there is no tree."""
        return () if self.finding.tree is None else _line(self.finding.tree)

    @property
    def process(self) -> Process | None:
        """The node of the process of the event."""
        return self.line[0] if self.line else None

    @property
    def parent(self) -> Process | None:
        """The node of what started it."""
        return self.line[1] if len(self.line) > 1 else None

    @cached_property
    def registrar(self) -> Registrar | None:
        """The regsvr32 that the finding is about; None where there is none."""
        if _is_regsvr32(self.image, self.original_file_name, self.process):
            starter = self.parent_image if not _is_regsvr32(self.parent_image, None, self.parent) else None
            return Registrar(self.image, self.command_line, starter or self._starter(1), self.process)
        if self.starts_process and _is_regsvr32(self.parent_image, None, self.parent):
            return Registrar(self.parent_image, self.parent_command_line, self._starter(2), self.parent)
        return None

    @property
    def processes(self) -> tuple[Process, ...]:
        """The nodes of the regsvr32 and of the process of the event, where there are any."""
        found = (self.registrar.process if self.registrar else None, self.process)
        return tuple({id(one): one for one in found if one is not None}.values())

    def _starter(self, first: int) -> str | None:
        """The nearest ancestor from this one on that is no regsvr32."""
        above = (one.image for one in self.line[first:] if not _is_regsvr32(one.image, None, one))
        return next(above, None)


def quoted(text: str) -> str:
    """Text from evidence as a sentence quotes it: long ones are cut."""
    return f'"{text}"' if len(text) <= _LONGEST else f'"{text[:_LONGEST]}…"'


def name_of(path: str | None) -> str:
    """The file name of a path, folded; empty where there is none."""
    return "" if path is None else fold(base_name(path))


def _line(tree: Tree) -> tuple[Process, ...]:
    nodes = [tree.root]
    for position in tree.focus:
        nodes.append(nodes[-1].children[position])
    return tuple(reversed(nodes))


def _is_regsvr32(image: str | None, original: str | None, process: Process | None) -> bool:
    return (
        is_regsvr32(image)
        or is_regsvr32(original)
        or (process is not None and is_regsvr32(process.true_name))
    )
