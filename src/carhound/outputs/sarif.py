"""What `lint` found as SARIF 2.1.0 (OASIS), the format of code scanning.

Paths are given as relative URIs, as they were named on the command line. Columns count code points.
"""

from pathlib import PurePath
from urllib.parse import quote

from carhound.findings.lint_codes import meaning
from carhound.findings.linted import LintedAnalytic, LintRun, Remark, Witness
from carhound.outputs.escape import visible
from carhound.outputs.json_run import Json

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif_object(run: LintRun) -> Json:
    """All of it, as one run of one tool."""
    found = [(analytic, remark) for analytic in run.analytics for remark in analytic.all_remarks()]
    codes = list(dict.fromkeys(remark.diagnostic.code for _, remark in found))
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "carhound",
                        "version": run.version,
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": not run.reasons,
                        "toolExecutionNotifications": [
                            {"level": "error", "message": {"text": visible(reason)}} for reason in run.reasons
                        ],
                    }
                ],
                "results": [_result(analytic, remark, codes) for analytic, remark in found],
            }
        ],
    }


def witness_text(witness: Witness) -> str:
    """The fields of an event in one line: `EventCode=7, Signed=true, no Signature`."""
    return ", ".join(f"no {name}" if value is None else f"{name}={value}" for name, value in witness.fields)


def _rule(code: str) -> Json:
    text = {"text": meaning(code)}
    return {"id": code, "shortDescription": text, "fullDescription": text, "help": text}


def _result(analytic: LintedAnalytic, remark: Remark, codes: list[str]) -> Json:
    said = remark.diagnostic
    parts = [said.message]
    if remark.witness is not None:
        parts.append(f"event: {witness_text(remark.witness)}")
    if said.hint:
        parts.append(f"hint: {said.hint}")
    place: Json = {"artifactLocation": {"uri": _uri(analytic.path)}}
    location: Json = {"physicalLocation": place}
    start, end = said.position(), said.end()
    if start is not None and end is not None:
        place["region"] = {
            "startLine": start[0],
            "startColumn": start[1],
            "endLine": end[0],
            "endColumn": end[1],
        }
    if remark.implementation is not None:
        name = visible(remark.implementation)
        location["logicalLocations"] = [
            {"name": name, "fullyQualifiedName": f"{visible(analytic.id)}/{name}"}
        ]
    return {
        "ruleId": said.code,
        "ruleIndex": codes.index(said.code),
        "level": said.severity,
        "message": {"text": visible("; ".join(parts))},
        "locations": [location],
    }


def _uri(path: str) -> str:
    pure = PurePath(path)
    return pure.as_uri() if pure.is_absolute() else quote(pure.as_posix())
