"""Documents of a few lines, and what lint says of them."""

from pathlib import Path

from carhound.findings.linted import LintRun, Remark
from carhound.pipeline.lint import lint


def write_spl(folder: Path, text: str, name: str = "search") -> Path:
    path = folder / f"{name}.spl"
    path.write_text(text, encoding="utf-8")
    return path


def write_yaml(folder: Path, *implementations: tuple[str, str, str], head: str = "") -> Path:
    """A CAR document with (name, type, code) for each implementation; `head` holds further keys."""
    lines = ["title: T", "id: CAR-2099-01-001", *head.splitlines(), "implementations:"]
    for name, kind, code in implementations:
        lines += [f"  - name: {name}", f"    type: {kind}", "    code: |"]
        lines += [f"      {line}" for line in code.splitlines()]
    path = folder / "analytic.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(path: Path) -> LintRun:
    return lint(str(path), "warning")


def remarks(path: Path, name: str | None = None) -> list[Remark]:
    """Every remark, or those about one implementation."""
    (analytic,) = run(path).analytics
    every = list(analytic.all_remarks())
    return every if name is None else [one for one in every if one.implementation == name]


def codes(path: Path, name: str | None = None) -> set[str]:
    return {one.diagnostic.code for one in remarks(path, name)}


def source(remark: Remark) -> str:
    """The text that a remark points at."""
    said = remark.diagnostic
    assert said.source is not None
    assert said.span is not None
    return said.source.text[said.span.start : said.span.end]
