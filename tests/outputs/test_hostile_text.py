"""Whatever an attacker writes into a log, no output acts on it and none breaks."""

import csv
import io
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from carhound.findings.run import Rows
from carhound.model.diagnostics import Diagnostic, Source, Span
from carhound.model.event import Place
from carhound.outputs.escape import is_visible
from carhound.outputs.render import render
from carhound.outputs.summary import diagnostic_lines, verdict_lines

from .sample_parts import MAIN, analytic, file, host, implementation, process, run
from .sample_runs import findings_run
from .test_machine_formats import VALIDATOR

# Every kind of character, those that act on terminals more often than chance would have them.
UNSEEN = (
    "\x00\x07\x08\t\n\r\x1b\x7f\x85\x9b\xad\u061c\u200b\u200e\u200f"
    "\u2028\u2029\u202e\u2066\ufeff\ufe0f\U000e0041"
)
text = st.text(
    st.characters() | st.sampled_from(UNSEEN + "[]=+-@\\'\"|, ") | st.characters(categories=["Cs"])
)


# A page takes its time on a machine that does other things as well.
patient = settings(suppress_health_check=[HealthCheck.too_slow])


@st.composite
def hostile_runs(draw: st.DrawFn) -> object:
    """A run in which every text that evidence can choose is anything."""
    found = process(
        1,
        image=draw(text),
        parent=draw(text),
        command=draw(text),
        computer=draw(text),
        places=(Place(draw(text), draw(text)),),
    )
    code = draw(text.filter(bool))
    at = draw(st.integers(0, len(code) - 1))
    remark = Diagnostic("X-1", draw(text), "error", Span(at, at + 1), Source(code, draw(text)), draw(text))
    columns = tuple(draw(st.lists(text, min_size=1, max_size=4, unique=True)))
    cells = st.tuples(*[text | st.integers() | st.none() | st.tuples(text, text) for _ in columns])
    table = Rows(columns, tuple(draw(st.lists(cells, max_size=3))))
    return run(
        analytic(
            implementation(MAIN, found, table=table),
            implementation(draw(text), language=draw(text), status="not-evaluated", diagnostics=(remark,)),
            title=draw(text),
            path=draw(text),
        ),
        findings=(found,),
        hosts=(host(draw(text), 1, 1, 0, (MAIN,)),),
        evidence=findings_run().evidence,
        reasons=(draw(text),),
        status="partial",
        results=draw(st.none() | st.just(table)),
    )


@patient
@given(hostile_runs(), st.integers(60, 200))
def test_a_page_holds_visible_characters_and_fits(hostile: object, width: int) -> None:
    written = b"".join(render(hostile, "table", width=width)).decode()  # type: ignore[arg-type]
    for line in written.split("\n"):
        assert all(map(is_visible, line))
        assert cell_len(line) <= width


@patient
@given(hostile_runs())
def test_messages_hold_visible_characters(hostile: object) -> None:
    for line in verdict_lines(hostile) + diagnostic_lines(hostile):  # type: ignore[arg-type]
        assert all(map(is_visible, line))


@patient
@given(hostile_runs())
def test_json_is_valid_and_visible(hostile: object) -> None:
    written = b"".join(render(hostile, "json")).decode()  # type: ignore[arg-type]
    assert all(map(is_visible, written.replace("\n", "")))
    VALIDATOR.validate(json.loads(written))


@patient
@given(hostile_runs())
def test_csv_is_a_line_for_each_row_and_no_cell_is_a_formula(hostile: object) -> None:
    written = b"".join(render(hostile, "csv")).decode()  # type: ignore[arg-type]
    rows = list(csv.reader(io.StringIO(written)))
    assert len(rows) == written.count("\n")
    for cell in (cell for row in rows for cell in row):
        assert all(map(is_visible, cell))
        assert not cell.lstrip().startswith(("=", "+", "@"))
        assert not cell.lstrip().startswith("-") or cell[1:].isdigit()


@patient
@given(text)
def test_a_damaged_name_of_a_file_is_shown(name: str) -> None:
    shown = b"".join(
        render(run(evidence=type(findings_run().evidence)((file(name),), (name,), (name,))), "table")
    )
    assert all(map(is_visible, shown.decode().replace("\n", "")))
