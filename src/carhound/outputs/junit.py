"""The tests of analytics as JUnit XML, for CI systems: a suite per analytic, a test per expectation.

The dialect that Jenkins, GitLab and GitHub's reporters share. Text from evidence is made visible first, so
that no character stands there which XML does not allow.
"""

from xml.etree import ElementTree

from carhound.findings.checks import AnalyticChecks, CaseResult, Cell, CheckRun
from carhound.outputs.escape import visible


def document(run: CheckRun) -> bytes:
    """The whole document, UTF-8."""
    root = ElementTree.Element("testsuites", name="carhound")
    for analytic in run.analytics:
        _suite(root, analytic)
    for problem in run.problems:
        test = _single(root, "carhound", "documents and test files")
        ElementTree.SubElement(test, "error", message=visible(problem), type="not read")
    _count(root)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _suite(root: ElementTree.Element, analytic: AnalyticChecks) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=visible(analytic.id))
    for case in analytic.cases:
        for cell in case.cells:
            if cell.expected is not None:
                _test(suite, analytic, case, cell)
        if case.problems:
            test = _element(suite, analytic.id, f"{case.title}: evidence", case)
            message = visible("; ".join(case.problems))
            ElementTree.SubElement(test, "error", message=message, type="not read")


def _test(suite: ElementTree.Element, analytic: AnalyticChecks, case: CaseResult, cell: Cell) -> None:
    test = _element(suite, f"{analytic.id}.{cell.implementation}", case.title, case)
    if cell.as_expected:
        return
    kind, name = ("failure", "not as expected") if cell.as_expected is False else ("error", cell.said)
    message = f"expected {cell.expected}, was {cell.said.replace('-', ' ')}"
    found = ElementTree.SubElement(test, kind, message=visible(message), type=name)
    lines = [f"{case.file}:{case.line}: {case.title}"]
    for reason in cell.reasons:
        about = f"record {reason.record}: " if reason.record is not None else ""
        lines.append(f"{about}{reason.message}")
        if reason.clause is not None and reason.clause.line is not None:
            lines.append(f"  at {analytic.path}:{reason.clause.line}:{reason.clause.column}")
    found.text = "\n".join(visible(line) for line in lines)


def _single(root: ElementTree.Element, suite: str, name: str) -> ElementTree.Element:
    return _element(ElementTree.SubElement(root, "testsuite", name=suite), suite, name, None)


def _element(
    suite: ElementTree.Element, classname: str, name: str, case: CaseResult | None
) -> ElementTree.Element:
    test = ElementTree.SubElement(suite, "testcase", classname=visible(classname), name=visible(name))
    if case is not None:
        test.set("file", visible(case.file))
        test.set("line", str(case.line))
    return test


def _count(root: ElementTree.Element) -> None:
    """Puts the numbers on the suites, and their sums on the document."""
    for element in (root, *root.iter("testsuite")):
        element.set("tests", str(len(list(element.iter("testcase")))))
        element.set("failures", str(len(list(element.iter("failure")))))
        element.set("errors", str(len(list(element.iter("error")))))
