"""Where the events of a tree come from: files, a pipe, a lake; and what `carhound tree` makes of it."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from referencing import Registry, Resource

from carhound.findings.lineage import log as process_log
from carhound.findings.lineage.build import Lineages
from carhound.findings.lineage.events import Act, Start, told
from carhound.findings.lineage.log import ProcessLog
from carhound.findings.lineage.tree import Tree
from carhound.pipeline import Request, hunt
from carhound.pipeline.files import pool
from carhound.pipeline.files.pieces import Load
from carhound.pipeline.lakes.ingest import IngestRequest, ingest
from carhound.pipeline.trees import retold
from carhound.pipeline.trees.retelling import Reteller, Retold
from carhound.pipeline.trees.tree import TreeRequest, trees
from carhound.simulate.engine import events
from carhound.simulate.scenario import load
from carhound.simulate.writers import FORMATS

from ..forked import forked_program
from .telling import guid_of, line, name, started, sysmon

SCHEMAS = {
    one: json.loads((resources.files("carhound.outputs") / f"schema/{one}.json").read_text(encoding="utf-8"))
    for one in ("run-1", "tree-1")
}
LINE = ["explorer.exe", "WINWORD.EXE", "regsvr32.exe", "powershell.exe"]


def logs(
    folder: Path, form: str, *scenarios: str, host: str | None = None, split: bool = False
) -> list[Path]:
    write, ending = FORMATS[form]
    records = list(events([load(one) for one in scenarios], hosts=0))
    folder.mkdir(exist_ok=True)
    parts = [records[at::3] for at in range(3)] if split else [records]
    paths = [folder / f"{9 - at}{ending}" for at in range(len(parts))]
    for path, part in zip(paths, parts, strict=True):
        with path.open("wb") as stream:
            write(part, stream)
    return paths


def found(*paths: Path, **options: object) -> dict[str, Tree]:
    request = Request(tuple(map(str, paths)), ("carhound", "hunt"), now="wall", **options)  # type: ignore[arg-type]
    return {one.id: one.tree for one in hunt(request).findings if one.tree is not None}


def shape(tree: Tree) -> object:
    """The tree without places, and without times, of which shapes write more or fewer decimals."""

    def of(process: object) -> object:
        deeds = sorted((one.kind, one.what, one.detail) for one in process.deeds)  # type: ignore[attr-defined]
        mine = [getattr(process, one) for one in ("guid", "pid", "image", "user", "logged", "true_name")]
        return mine, deeds, [of(one) for one in process.children]  # type: ignore[attr-defined]

    return of(tree.root), tree.focus


def test_a_tree_is_put_together_from_many_files_in_any_order_and_shape(tmp_path: Path) -> None:
    scenarios = ("squiblydoo-url", "werfault-and-wevtutil")
    whole = found(*logs(tmp_path / "whole", "evtx", *scenarios))
    (focus,) = [one for one in whole.values() if name(line(one)[-1]) == "powershell.exe"]
    assert [name(one) for one in line(focus)] == LINE
    for form in ("evtx", "jsonl", "xml"):
        parts = found(*logs(tmp_path / form, form, *scenarios, split=True))
        assert {one: shape(tree) for one, tree in parts.items()} == {
            one: shape(tree) for one, tree in whole.items()
        }
    both = found(tmp_path / "evtx", tmp_path / "jsonl", tmp_path / "xml")
    assert {one: shape(tree) for one, tree in both.items()} == {
        one: shape(tree) for one, tree in whole.items()
    }


def test_the_lake_gives_the_trees_that_files_give(tmp_path: Path) -> None:
    paths = logs(
        tmp_path / "logs", "jsonl", "squiblydoo-url", "werfault-and-wevtutil", "unsigned-dll-user-folder"
    )
    lake = tmp_path / "lake"
    ingest(IngestRequest(tuple(map(str, paths)), lake))
    files = found(*paths)
    assert len(files) == 6
    assert found(lake=str(lake), earliest="2024-01-01") == files


def test_what_comes_through_a_pipe_is_told_from_the_findings_alone(tmp_path: Path) -> None:
    (path,) = logs(tmp_path, "jsonl", "squiblydoo-url")
    said = subprocess.run(
        [*forked_program(), "hunt", "-f", "json", "-"],
        input=path.read_bytes(),
        capture_output=True,
        check=False,
    )
    run = json.loads(said.stdout)
    codes = [one["code"] for one in run["analytics"][0]["diagnostics"]]
    assert "RUN-P1" in codes
    (finding,) = run["findings"]
    root = finding["tree"]["root"]
    assert (root["logged"], root["image"]) == (False, "C:\\Windows\\System32\\regsvr32.exe")
    assert [one["findings"] for one in root["children"]] == [[finding["id"]]]


@pytest.mark.parametrize("way", ["gone", "cut off", "a folder"])
@pytest.mark.parametrize("form", ["evtx", "jsonl"])
def test_evidence_that_changes_before_it_is_read_again_is_told_of(
    form: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = logs(tmp_path, form, "squiblydoo-url")

    def changes(*asked: object) -> str | None:
        whole = path.read_bytes()
        path.unlink()
        if way == "cut off":
            path.write_bytes(whole[: len(whole) // 2])
        elif way == "a folder":
            path.mkdir()
        return read_again(*asked)  # type: ignore[arg-type]

    request = Request((str(path),), ("carhound", "hunt"))
    run = hunt(request)
    assert "RUN-P1" not in [one.code for one in run.analytics[0].diagnostics]
    read_again = retold.read_again
    monkeypatch.setattr(retold, "read_again", changes)
    run = hunt(request)
    told_of = [one.message for one in run.analytics[0].diagnostics if one.code == "RUN-P1"]
    assert told_of == [
        "processes around findings are told from the findings alone where evidence changed after it was read"
    ]
    assert [one.tree is not None for one in run.findings] == [True]


@pytest.mark.skipif(sys.platform != "linux", reason="forks, so that processes see what is patched")
@pytest.mark.parametrize("together", [True, False], ids=["together", "apart"])
@pytest.mark.parametrize("form", ["evtx", "jsonl"])
def test_a_process_that_is_killed_reading_again_takes_one_file_with_it(
    form: str, together: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All other files tell what they have to tell, once, and trees are made of that."""
    paths = logs(tmp_path, form, "squiblydoo-url", split=True)
    lost, read = str(paths[1]), Reteller.read

    def nothing(self: Reteller, load: Load) -> Iterator[Retold]:
        return read(self, [piece for piece in load if piece.found.shown != lost])

    def killed(self: Reteller, load: Load) -> Iterator[Retold]:
        for piece in load:
            if piece.found.shown == lost:
                os.kill(os.getpid(), signal.SIGKILL)
            yield from read(self, [piece])

    whole = found(*paths)
    with monkeypatch.context() as patched:
        patched.setattr(Reteller, "read", nothing)
        lacking = found(*paths)
    assert lacking != whole
    monkeypatch.setattr(retold, "loads", lambda given, _: [given] if together else [[one] for one in given])
    monkeypatch.setattr(pool, "context", lambda: multiprocessing.get_context("fork"))
    monkeypatch.setattr(Reteller, "read", killed)
    run = hunt(Request(tuple(map(str, paths)), ("carhound", "hunt"), now="wall", processes=2))
    assert {one.id: one.tree for one in run.findings} == lacking
    (said,) = (one.message for one in run.analytics[0].diagnostics if one.code == "RUN-P1")
    assert said.endswith(f"where the process that read {lost} again was ended by signal 9")


@pytest.mark.skipif(sys.platform != "linux", reason="forks, so that processes see what is patched")
def test_an_interrupt_ends_reading_again_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = logs(tmp_path, "jsonl", "squiblydoo-url", split=True)

    def interrupting(self: Reteller, load: Load) -> Iterator[Retold]:
        os.kill(os.getppid(), signal.SIGINT)
        time.sleep(60)
        yield Retold()

    monkeypatch.setattr(retold, "loads", lambda given, _: [given])
    monkeypatch.setattr(pool, "context", lambda: multiprocessing.get_context("fork"))
    monkeypatch.setattr(Reteller, "read", interrupting)
    began = time.monotonic()
    run = hunt(Request(tuple(map(str, paths)), ("carhound", "hunt"), now="wall", processes=2))
    assert time.monotonic() - began < 30
    assert run.findings
    (said,) = (one.message for one in run.analytics[0].diagnostics if one.code == "RUN-P1")
    assert said.endswith("where reading was interrupted")
    assert not multiprocessing.active_children()


def test_files_of_other_computers_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (mine,) = logs(tmp_path / "mine", "jsonl", "squiblydoo-url")
    (other,) = logs(tmp_path / "other", "jsonl", "renamed-regsvr32")
    from carhound.readers.part import Part

    read: list[str] = []
    for called in ("sifted", "picked"):
        way = getattr(Part, called)

        def counted(part: Part, asked: object, way: Callable[..., object] = way) -> object:
            read.append(part.path)
            return way(part, asked)

        monkeypatch.setattr(Part, called, counted)
    found(mine, other, processes=1)
    assert sorted(read) == sorted([*[str(mine)] * 2, str(other)])
    read.clear()
    found(other, processes=1)
    assert read == [str(other)]


def test_memory_stays_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three times as many events take about the same memory."""
    monkeypatch.setattr(process_log, "_BATCH", 200)
    start = told(started(1, 4, "C:\\x.exe", 0, 0, 0))
    act = told(sysmon(11, 0, ProcessGuid=guid_of(1), ProcessId="4", TargetFilename="C:\\x"))
    assert isinstance(start, Start)
    assert isinstance(act, Act)

    def peak(many: int) -> int:
        tracemalloc.start()
        with ProcessLog() as log:
            for number in range(many):
                who = start.who._replace(guid=str(number), pid=str(4 * number))
                log.add(
                    start._replace(
                        who=who,
                        parent_guid=str(number // 2),
                        parent_pid=str(2 * number),
                        hashes=f"MD5={number}",
                    )
                )
                log.add(act._replace(who=who, what=f"C:\\{number}"))
            log.settle()
            assert Lineages(log).tree(who._replace(guid="3")) is not None
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(3000)
    assert peak(9000) < peak(3000) * 1.5


def answer(request: TreeRequest) -> dict[str, object]:
    from carhound.outputs.render import render_trees

    value = json.loads(b"".join(render_trees(trees(request), "json")))
    registry = Registry().with_resources(
        (one["$id"], Resource.from_contents(one)) for one in SCHEMAS.values()
    )
    jsonschema.Draft202012Validator(SCHEMAS["tree-1"], registry=registry).validate(value)
    assert isinstance(value, dict)
    return value


def test_tree_shows_one_finding_or_all(tmp_path: Path) -> None:
    paths = logs(tmp_path, "evtx", "squiblydoo-url", "werfault-and-wevtutil")
    asked = Request(tuple(map(str, paths)), ())
    every = answer(TreeRequest(asked))["findings"]
    assert isinstance(every, list)
    assert len(every) == 5
    one = answer(TreeRequest(asked, finding=every[2]["id"][:8]))["findings"]
    assert one == [every[2]]


def test_tree_shows_what_is_around_an_event_that_is_no_finding(tmp_path: Path) -> None:
    (path,) = logs(tmp_path, "jsonl", "renamed-regsvr32")
    run = hunt(Request((str(path),), (), now="wall"))
    assert not run.findings
    position = next(
        at
        for at, text in enumerate(path.read_text().splitlines(), 1)
        if "msupd.exe  /s" in text and "Sysmon" in text
    )
    said = subprocess.run(
        [*forked_program(), "tree", "--event", f"{path}:line {position}"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")
    (shown,) = [one for one in said.stdout.splitlines() if "<- the event" in one]
    assert "msupd.exe  really regsvr32.exe" in shown
    assert "unknown parent (its start was not logged)" in said.stdout
    assert "whoami.exe" in said.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no evidence was named"),
        (["--finding", "0123456789abcdef", "."], "no finding 0123456789abcdef"),
        (["--finding", "what", "."], "--finding 'what' is no id"),
        (["--event", "none.evtx:1"], "none.evtx does not exist"),
        (["--event", "none.evtx:1", "--finding", "0123456789abcdef"], "do not go together"),
    ],
)
def test_what_cannot_be_asked_is_refused(words: list[str], message: str, tmp_path: Path) -> None:
    said = subprocess.run(
        [*forked_program(), "tree", *words],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        check=False,
    )
    assert said.returncode == 2
    assert message in said.stderr


def test_where_nothing_could_be_judged_no_tree_is_no_all_clear(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = subprocess.run(
        [*forked_program(), "tree", "empty"],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        check=False,
    )
    assert said.returncode == 3
    assert "NOTHING ELIGIBLE: no evidence was found below the given paths" in said.stdout
    assert answer(TreeRequest(Request((str(tmp_path / "empty"),), ())))["reasons"]
