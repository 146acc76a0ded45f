"""What is told of all files together."""

from carhound.findings.run import Evidence, FileReport
from carhound.model.evidence import Remark


def report(path: str, *remarks: Remark) -> FileReport:
    return FileReport(path, "evtx", 1, None, 1, 0, 0, (), (), remarks)


def test_what_was_assumed_of_several_files_is_told_once() -> None:
    some, whole, other = "without a zone: {count} events", "its end is not told", "of no CAR action: {count}"
    evidence = Evidence(
        (
            report("a", Remark("EV-T1", some, 2), Remark("EV-G1", whole)),
            report("b", Remark("EV-N1", other, 7)),
            report("c", Remark("EV-G1", whole), Remark("EV-T1", some, 40), Remark("EV-T1", other, 1)),
        ),
        (),
    )
    assert [(one.code, one.message, files) for one, files in evidence.remarks()] == [
        ("EV-T1", "without a zone: 42 events", 2),
        ("EV-G1", "its end is not told", 2),
        ("EV-N1", "of no CAR action: 7", 1),
        ("EV-T1", "of no CAR action: 1", 1),
    ]
