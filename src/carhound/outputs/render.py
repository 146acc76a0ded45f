"""The one door to every format."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, assert_never, get_args

from carhound.findings.run import Run

if TYPE_CHECKING:  # each command loads its own values only
    from carhound.findings.catalogue import Catalogue
    from carhound.findings.checks import CheckRun
    from carhound.findings.explanation import Explanation
    from carhound.findings.ingested import Ingested
    from carhound.findings.lineage.trees import Trees
    from carhound.findings.linted import LintRun
    from carhound.findings.visibility import Visibility

Format = Literal["table", "json", "jsonl", "csv", "navigator", "timesketch"]
"""The last two are about findings: a search has none of them."""
PageFormat = Literal["table", "json"]
LintFormat = Literal["table", "json", "sarif"]

FORMATS: tuple[Format, ...] = get_args(Format)

PIPE_WIDTH = 120
"""Columns of the table where there is no terminal to ask."""


def render(run: Run, style: Format, *, width: int = PIPE_WIDTH, colour: bool = False) -> Iterator[bytes]:
    """The run in a format, UTF-8, in pieces; `width` and `colour` are for the table.

    Each format is imported when it is asked for: JSON does not wait for the terminal's libraries.
    """
    match style:
        case "table":
            from carhound.outputs import table

            yield table.page(run, width=width, colour=colour).encode("utf-8")
        case "json":
            from carhound.outputs import json_run, json_text

            yield json_text.encode(json_run.run_object(run), indent=True)
        case "jsonl":
            from carhound.outputs import jsonl

            yield from jsonl.lines(run)
        case "csv":
            from carhound.outputs import csv_rows

            yield from (line.encode("utf-8") for line in csv_rows.lines(run))
        case "navigator":
            from carhound.outputs import json_text, navigator

            yield json_text.encode(navigator.layer(run), indent=True)
        case "timesketch":
            from carhound.outputs import timesketch

            yield from timesketch.lines(run)
        case _:
            assert_never(style)


def render_report(run: Run) -> Iterator[bytes]:
    """The findings of `hunt` as one HTML page, UTF-8, in pieces."""
    from carhound.outputs.report import page

    yield from page.page(run)


def render_checks(
    run: "CheckRun", style: str, *, width: int = PIPE_WIDTH, colour: bool = False
) -> Iterator[bytes]:
    """The tests of analytics as "table" or "json", likewise."""
    if style == "json":
        from carhound.outputs import json_checks, json_text

        yield json_text.encode(json_checks.checks_object(run), indent=True)
    else:
        from carhound.outputs import checks_table

        yield checks_table.page(run, width=width, colour=colour).encode("utf-8")


def render_explanation(
    explanation: "Explanation", style: PageFormat, *, width: int = PIPE_WIDTH, colour: bool = False
) -> Iterator[bytes]:
    """What `explain` answers, in a format, UTF-8."""
    if style == "table":
        from carhound.outputs.terminal import explained

        yield explained.page(explanation, width=width, colour=colour).encode("utf-8")
    else:
        from carhound.outputs import json_explain, json_text

        yield json_text.encode(json_explain.explanation_object(explanation), indent=True)


def render_catalogue(
    catalogue: "Catalogue", style: PageFormat, *, width: int = PIPE_WIDTH, colour: bool = False
) -> Iterator[bytes]:
    """What `analytics` answers, in a format, UTF-8."""
    if style == "table":
        from carhound.outputs.terminal import catalogued

        yield catalogued.page(catalogue, width=width, colour=colour).encode("utf-8")
    else:
        from carhound.outputs import json_catalogue, json_text

        yield json_text.encode(json_catalogue.catalogue_object(catalogue), indent=True)


def render_ingested(
    ingested: "Ingested",
    style: PageFormat,
    *,
    width: int = PIPE_WIDTH,
    colour: bool = False,
    lines: bool = False,
) -> Iterator[bytes]:
    """What `ingest` answers, in a format, UTF-8; with `lines` JSON is one line."""
    if style == "table":
        from carhound.outputs.terminal import ingested as page

        yield page.page(ingested, width=width, colour=colour).encode("utf-8")
    else:
        from carhound.outputs import json_ingested, json_text

        yield json_text.encode(json_ingested.ingested_object(ingested), indent=not lines)


def render_lint(
    run: "LintRun", style: LintFormat, *, width: int = PIPE_WIDTH, colour: bool = False
) -> Iterator[bytes]:
    """What `lint` answers, in a format, UTF-8."""
    if style == "table":
        from carhound.outputs.terminal import linted

        yield linted.page(run, width=width, colour=colour).encode("utf-8")
        return
    from carhound.outputs import json_text

    if style == "json":
        from carhound.outputs import json_lint

        yield json_text.encode(json_lint.lint_object(run), indent=True)
    else:
        from carhound.outputs import sarif

        yield json_text.encode(sarif.sarif_object(run), indent=True)


def render_trees(
    trees: "Trees", style: PageFormat, *, width: int = PIPE_WIDTH, colour: bool = False
) -> Iterator[bytes]:
    """What `tree` answers, in a format, UTF-8."""
    if style == "table":
        from carhound.outputs.terminal import trees as page

        yield page.page(trees, width=width, colour=colour).encode("utf-8")
    else:
        from carhound.outputs import json_text, json_trees

        yield json_text.encode(json_trees.trees_object(trees), indent=True)


def render_visibility(
    found: "Visibility", style: PageFormat, *, width: int = PIPE_WIDTH, colour: bool = False
) -> Iterator[bytes]:
    """What `visibility` answers, in a format, UTF-8."""
    if style == "table":
        from carhound.outputs.terminal import visible

        yield visible.page(found, width=width, colour=colour).encode("utf-8")
    else:
        from carhound.outputs import json_text, json_visibility

        yield json_text.encode(json_visibility.visibility_object(found), indent=True)
