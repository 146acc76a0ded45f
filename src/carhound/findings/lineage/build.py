"""From the starts, ends and deeds of processes to the trees around findings."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from msgspec.structs import replace

from carhound.findings.lineage.events import Act, Start, Who, instant
from carhound.findings.lineage.kept import Kept
from carhound.findings.lineage.keys import named_by
from carhound.findings.lineage.log import ProcessLog
from carhound.findings.lineage.rows import Known, Ref
from carhound.findings.lineage.tree import Deed, Process, Tree
from carhound.findings.lineage.true_names import is_installed
from carhound.model.event import Place
from carhound.model.folding import fold
from carhound.model.names import base_name

ANCESTORS = 20
DEPTH = 8
"""Levels of descendants."""
NODES = 200
"""Descendants in one tree."""
DEEDS = 50
"""Of one process."""

_LOOKED_AT = 5000
"""Records of children looked at: whoever writes a log could give a process millions."""
_KEPT = 10_000
"""Processes of which answers are kept, which the trees of many findings have in common."""
_KEPT_NODES = 2000
"""Likewise with what they did."""
_FEW = 10
"""Children that are kept with their parent."""
_OFFLINE = frozenset({"regsvr32.exe", "rundll32.exe"})
"""They load what they are given; that they speak to the network is a reason to look."""


class Lineages:
    """The trees around processes, from a settled log."""

    def __init__(self, log: ProcessLog, findings: Iterable[tuple[str, Who]] = ()) -> None:
        """`findings`: ids, each with the process that the finding is about."""
        self._log = log
        self._findings: dict[Ref, list[str]] = {}
        self._asked: dict[Ref, Who] = {}
        for name, who in findings:
            if (ref := log.find(who)) is not None:
                self._findings.setdefault(ref, []).append(name)
        self._alone = Kept(log.outlines, self._make, _KEPT_NODES)
        self._parent = Kept(log.outlines, self._parent_of, _KEPT)
        self._few = Kept(log.outlines, self._few_children, _KEPT)
        self._child_count = Kept(log.outlines, self._count_children, _KEPT)
        self._trees: dict[Ref, Tree] = {}

    def tree(self, who: Who) -> Tree | None:
        """The tree around a process; None where the log cannot tell which is meant."""
        focus = self._log.find(who)
        if focus is None:
            return None
        if focus not in self._trees:
            self._asked[focus] = who
            self._trees[focus] = self._grow(focus)
        return self._trees[focus]

    def visit(self, who: Who) -> list[Ref]:
        """The processes in the tree around one, and all that the log is asked for how they hang together."""
        focus = self._log.find(who)
        if focus is None:
            return []
        self._asked[focus] = who
        above, _ = self._ancestors(focus)
        for ref in above:
            self._child_count(ref)
        return [*above, *self._descendants(focus, above)]

    def closure(self, who: Who) -> list[Process]:
        """The processes that are in the tree around a process, without their children."""
        return list(map(self._alone, self.visit(who)))

    def _grow(self, focus: Ref) -> Tree:
        above, cut = self._ancestors(focus)
        below = self._descendants(focus, above)
        process = self._with_children(focus, below)
        for ref in above:
            others = max(self._child_count(ref) - 1, 0)
            process = replace(self._alone(ref), children=(process,), children_left_out=others)
        return Tree(process, (0,) * len(above), cut)

    def _ancestors(self, focus: Ref) -> tuple[list[Ref], bool]:
        """The parent, its parent and so on, and whether there are more."""
        above: list[Ref] = []
        ref = focus
        while (parent := self._parent(ref)) is not None and parent != focus and parent not in above:
            if len(above) == ANCESTORS:
                return above, True
            above.append(parent)
            ref = parent
        return above, False

    def _descendants(self, focus: Ref, above: Iterable[Ref]) -> Mapping[Ref, tuple[list[Ref], int]]:
        """By process, its children in the tree, and how many are left out; nearest levels first."""
        met = {focus, *above}
        below: dict[Ref, tuple[list[Ref], int]] = {}
        level, nodes = [focus], 0
        for depth in range(DEPTH + 1):
            following: list[Ref] = []
            for ref in level:
                children = [one for one in self._children(ref) if one not in met]
                room = 0 if depth == DEPTH else NODES - nodes
                taken = children[:room]
                met.update(taken)
                nodes += len(taken)
                below[ref] = taken, len(children) - len(taken)
                following += taken
            level = following
        return below

    def _with_children(self, ref: Ref, below: Mapping[Ref, tuple[list[Ref], int]]) -> Process:
        children, left_out = below[ref]
        made = tuple(self._with_children(one, below) for one in children)
        return replace(self._alone(ref), children=made, children_left_out=left_out)

    def _parent_of(self, ref: Ref) -> Ref | None:
        parents = (self._log.parent(known) for known in self._log.starts(ref))
        return next((parent for parent in parents if parent is not None), None)

    def _children(self, ref: Ref) -> Iterable[Ref]:
        """By time; each once."""
        few = self._few(ref)
        return self._each_child(ref) if few is None else few

    def _few_children(self, ref: Ref) -> tuple[Ref, ...] | None:
        children = tuple(islice(self._each_child(ref), _FEW + 1))
        return None if len(children) > _FEW else children

    def _count_children(self, ref: Ref) -> int:
        return sum(1 for _ in self._children(ref))

    def _each_child(self, ref: Ref) -> Iterator[Ref]:
        met: set[Ref] = {ref}
        for number, known in enumerate(self._log.children(ref)):
            if number == _LOOKED_AT:
                return
            child = self._log.ref_of(known)
            if child not in met and (_is_named(ref, known, child) or self._parent(child) == ref):
                met.add(child)
                yield child

    def _make(self, ref: Ref) -> Process:
        """One node, without its children."""
        starts = [self._log.told(known) for known in self._log.starts(ref)]
        start = _filled(starts) if starts else self._told_by_others(ref)
        name = self._log.names.of(start)
        offline = (name or fold(base_name(start.image or ""))) in _OFFLINE
        acts, count = self._log.acts(ref, DEEDS, connections_first=offline)
        return Process(
            start.who.guid,
            start.who.pid,
            start.computer,
            start.image,
            start.command_line,
            start.user,
            instant(start.who.time) if starts else None,
            instant(self._log.ended(ref)),
            bool(starts),
            start.original_file_name,
            start.company,
            start.hashes,
            name,
            Place(start.file, start.record) if starts else None,
            tuple(self._findings.get(ref, ())),
            tuple(_deed(act, offline) for act in acts),
            count - len(acts),
        )

    def _told_by_others(self, ref: Ref) -> Start:
        """A process whose start was not logged, from what its children and deeds say of it."""
        said = [_unknown_parent(self._log.told(known)) for known in self._some_children(ref)]
        acts, _ = self._log.acts(ref, 1, connections_first=False)
        said += [_actor(act) for act in acts]
        return _filled(said or [_nobody(self._asked.get(ref) or _named(ref), None)])

    def _some_children(self, ref: Ref) -> Iterator[Known]:
        for number, known in enumerate(self._log.children(ref)):
            if number == _SOME:
                return
            if self._parent(self._log.ref_of(known)) == ref:
                yield known


def _is_named(ref: Ref, known: Known, child: Ref) -> bool:
    """Whether the record that stands for a child names this process, whose start was logged, by its GUID.

    Then nothing else can be its parent, and the log need not be asked.
    """
    return None not in (ref.start, ref.guid) and child.start == known.row and known.parent == ref.guid


_SOME = 20
"""Children asked what they say of their parent."""


def _filled(starts: list[Start]) -> Start:
    """The first, with what only others tell."""
    first = starts[0]
    for other in starts[1:]:
        more = other._asdict()
        first = first._replace(
            **{name: more[name] for name, value in first._asdict().items() if value is None}
        )
    return first


def _nobody(who: Who, computer: str | None) -> Start:
    return Start(who, *(None,) * 12, computer, "", "")


def _named(ref: Ref) -> Who:
    """Who a process is of which nobody that was asked says more; without its host."""
    return Who("", *named_by(ref.guid, ref.number), None)


def _unknown_parent(child: Start) -> Start:
    """What a child says of the process that started it."""
    who = child.who._replace(guid=child.parent_guid, pid=child.parent_pid)
    return _nobody(who, child.computer)._replace(
        image=child.parent_image, command_line=child.parent_command_line, user=child.parent_user
    )


def _actor(act: Act) -> Start:
    """What a deed says of who did it."""
    return _nobody(act.who, act.computer)._replace(image=act.image, user=act.user)


def _deed(act: Act, offline: bool) -> Deed:
    suspicious = (act.unsigned and not is_installed(act.what)) or (offline and act.kind == "network")
    time, place = instant(act.who.time), Place(act.file, act.record)
    return Deed(act.kind, time, act.event_id, act.what, act.detail, suspicious, place)
