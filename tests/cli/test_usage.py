"""The real program: what it says of itself, and of command lines that cannot be right."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

HUNT_OPTIONS = [
    "--analytic",
    "--now",
    "--tz",
    "--earliest",
    "--latest",
    "--reading",
    "--backfill",
    "--hash",
    "--format",
    "--output",
    "--quiet",
    "--exit-zero",
]
ONLY_HUNT = {"--analytic", "--reading", "--backfill"}
UNUSED_LIBRARIES = """
    csv duckdb fractions glob importlib.resources jinja2 markdown_it multiprocessing pyarrow pyiceberg
    rich.console shutil sqlglot sqlite3 tarfile tempfile xml zipfile zoneinfo
""".split()
UNUSED_PARTS = """
    cli.search engines.duckdb engines.interpreter.operators.ranking engines.interpreter.steps
    engines.sql findings.lineage.tree findings.lineage.build findings.lineage.events findings.reasoning.rules
    languages.spl.eval_expression lake outputs.report outputs.terminal.events pipeline.mapping_file
    pipeline.alerting.suppressing pipeline.files.pool pipeline.stacking.stack
    readers.json.items readers.json.shapes.order readers.tables.column_mapping readers.xml.reader
""".split()
BY_SEVERAL_PROCESSES = {"multiprocessing", "shutil", "tempfile", "carhound.pipeline.files.pool"}


def carhound(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the program as a shell would, its output going to pipes."""
    return subprocess.run(
        [sys.executable, "-m", "carhound", *words],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_every_command(option: str) -> None:
    said = carhound(option)
    assert (said.returncode, said.stderr) == (0, "")
    for command in ("hunt", "search"):
        assert f"\n  {command}" in said.stdout
    assert "carhound hunt logs/" in said.stdout


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_of_hunt_names_options_examples_and_exit_statuses(option: str) -> None:
    said = carhound("hunt", option)
    assert (said.returncode, said.stderr) == (0, "")
    assert "Usage: carhound hunt [OPTIONS] [EVIDENCE]..." in said.stdout
    for one in HUNT_OPTIONS:
        assert one in said.stdout
    assert "Examples:" in said.stdout
    assert "4  nothing found, but part of it was not read or not evaluated" in said.stdout


def test_help_of_search_has_no_options_that_need_an_analytic() -> None:
    said = carhound("search", "--help")
    assert said.returncode == 0
    assert "Usage: carhound search [OPTIONS] SPL [EVIDENCE]..." in said.stdout
    for one in HUNT_OPTIONS:
        assert (one in said.stdout) is (one not in ONLY_HUNT), one


def test_help_is_ascii() -> None:
    """It must be readable whatever encoding a terminal has."""
    for words in (["-h"], ["hunt", "-h"], ["search", "-h"]):
        assert carhound(*words).stdout.isascii()


def test_help_needs_nothing_heavy() -> None:
    """`--help` must come at once: no command, no pipeline, no terminal library is imported for it."""
    code = (
        "import sys; from carhound.cli.main import main; main(['-h']); print(*sys.modules, file=sys.stderr)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    imported = set(said.stderr.split())
    assert "carhound.cli.main" in imported
    heavy = {"rich", "orjson", "yaml", "re2", "evtx", "msgspec"}
    heavy |= {f"carhound.{name}" for name in ("pipeline", "outputs", "findings", "cli.hunt", "cli.search")}
    assert not imported & heavy


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_quiet_hunt_imports_only_what_it_uses(processes: str, tmp_path: Path) -> None:
    """Each of these costs every start milliseconds: libraries of other evidence, and what findings need."""
    log = tmp_path / "quiet.evtx"
    said = carhound("simulate", "renamed-regsvr32", "--sysmon-only", "--format", "evtx", "--out", str(log))
    assert said.returncode == 0
    (tmp_path / "too.evtx").write_bytes(log.read_bytes())
    code = (
        "import sys; from carhound.cli.main import main; main(['hunt', '-q', *sys.argv[1:]]); "
        "print(*sys.modules, file=sys.stderr)"
    )
    words = [sys.executable, "-c", code, "--processes", processes, str(tmp_path)]
    said = subprocess.run(words, capture_output=True, encoding="utf-8", check=True)
    imported = set(said.stderr.split())
    assert {"evtx", "yaml", "carhound.outputs.table", "carhound.readers.evtx.reader"} <= imported
    assert all(find_spec(f"carhound.{name}") for name in UNUSED_PARTS)
    unused = {*UNUSED_LIBRARIES, *(f"carhound.{name}" for name in UNUSED_PARTS)}
    assert imported & unused == (BY_SEVERAL_PROCESSES if processes == "2" else set())


def test_a_search_imports_no_parser_of_pseudocode(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text('{"EventID": 1, "Hostname": "h", "Image": "C:\\\\a.exe"}\n')
    code = "import sys; from carhound.cli.main import main; main(sys.argv[1:]); print(*sys.modules)"
    words = [sys.executable, "-c", code, "search", "-q", "EventCode=1 | stats count", str(tmp_path)]
    said = subprocess.run(words, capture_output=True, encoding="utf-8", check=True)
    imported = set(said.stdout.split())
    assert {"carhound.languages.spl.compile", "carhound.readers.json.reader"} <= imported
    assert not {name for name in imported if name.startswith(("carhound.languages.pseudocode", "xml"))}


def test_version() -> None:
    said = carhound("--version")
    assert said.returncode == 0
    assert said.stdout.startswith("carhound 0.")


def test_no_command_shows_the_help() -> None:
    said = carhound()
    assert (said.returncode, said.stdout) == (2, "")
    assert "Commands:" in said.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["hnt"], "no such command 'hnt'. Did you mean 'hunt'?"),
        (["serch", "x"], "no such command 'serch'. Did you mean 'search'?"),
        (["frobnicate"], "no such command 'frobnicate'"),
        (["--frobnicate"], "no such option '--frobnicate'"),
        (["hunt", "--analytics", "x", "."], "no such option '--analytics'. Did you mean '--analytic'?"),
        (
            ["hunt", ".", "-f", "xml"],
            "invalid value for '-f' / '--format': 'xml' is not one of 'table', 'json'",
        ),
        (["hunt", ".", "--reading", "mine"], "invalid value for '--reading': 'mine' is not one of"),
        (["hunt", ".", "--now"], "option '--now' requires an argument"),
        (["search", "x", ".", "--backfill"], "no such option '--backfill'"),
        (["search", "x", ".", "-a", "CAR-2019-04-002"], "no such option '-a'"),
    ],
)
def test_wrong_usage_is_one_message_a_hint_and_status_2(words: list[str], message: str) -> None:
    said = carhound(*words)
    assert (said.returncode, said.stdout) == (2, "")
    first, second = said.stderr.splitlines()
    assert first.startswith(f"carhound: {message}")
    assert second.startswith("  hint: 'carhound ")
    assert second.endswith("--help' shows what there is")


@pytest.mark.parametrize("words", [["hunt"], ["search", "EventCode=1"], ["stack", "Image"]])
def test_neither_files_nor_a_lake(words: list[str]) -> None:
    said = carhound(*words)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.splitlines() == [
        "carhound: no evidence was named",
        "  hint: name files or folders, or a lake with --lake",
    ]


def test_a_path_in_place_of_a_command_is_answered_with_hunt(tmp_path: Path) -> None:
    said = carhound(str(tmp_path))
    assert said.returncode == 2
    assert f"Did you mean 'carhound hunt {tmp_path}'?" in said.stderr


@pytest.mark.parametrize("command", [["hunt"], ["search", "EventCode=1"]])
def test_output_that_cannot_be_written_is_said_before_anything_is_read(
    command: list[str], tmp_path: Path
) -> None:
    said = carhound(*command, str(tmp_path), "-o", str(tmp_path / "no" / "file.json"))
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == (
        f"carhound: cannot write to {tmp_path}/no/file.json: there is no folder {tmp_path}/no\n"
        "  hint: make the folder first\n"
    )
    said = carhound(*command, str(tmp_path), "-o", str(tmp_path))
    assert said.returncode == 2
    assert said.stderr.startswith(f"carhound: cannot write to {tmp_path}: it is a folder\n")


def test_evidence_is_never_overwritten(tmp_path: Path) -> None:
    evidence = tmp_path / "Sysmon.evtx"
    evidence.write_bytes(b"ElfFile\0")
    said = carhound("hunt", str(evidence), "-o", str(tmp_path / "." / "Sysmon.evtx"))
    assert said.returncode == 2
    assert "would overwrite the evidence itself" in said.stderr
    assert evidence.read_bytes() == b"ElfFile\0"


@pytest.mark.parametrize("command", [("lint",), ("hunt", ".", "-a"), ("analytics",)])
def test_what_is_read_is_never_overwritten(tmp_path: Path, command: tuple[str, ...]) -> None:
    search = tmp_path / "mine.spl"
    search.write_text("EventCode=1")
    said = carhound(*command, str(search), "-o", str(tmp_path / "." / "mine.spl"))
    assert said.returncode == 2
    assert said.stderr == (
        f"carhound: --output {search} would overwrite what is read\n  hint: choose another file\n"
    )
    assert search.read_text() == "EventCode=1"


def test_evidence_that_does_not_exist(tmp_path: Path) -> None:
    said = carhound("hunt", str(tmp_path / "no\x1b[31mwhere"))
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(f"carhound: no such file or folder: {tmp_path}/no\\x1b[31mwhere\n")


def test_a_mistake_in_a_search_is_shown_in_its_line(tmp_path: Path) -> None:
    said = carhound("search", 'EventCode=1 | search "abc', str(tmp_path))
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("carhound: ")
    assert 'EventCode=1 | search "abc' in said.stderr
    assert "                     ^" in said.stderr


@pytest.mark.parametrize("words", [["--now", "soon"], ["--tz", "Mars/Phobos"], ["--earliest", "-1fortnight"]])
def test_a_bad_time_is_a_clear_message(words: list[str], tmp_path: Path) -> None:
    said = carhound("hunt", str(tmp_path), *words)
    assert (said.returncode, said.stdout) == (2, "")
    first, second = said.stderr.splitlines()
    assert words[1] in first
    assert second.startswith("  hint: ")
